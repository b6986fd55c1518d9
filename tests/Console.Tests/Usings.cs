global using TestServers.Foundation;
global using Xunit;
