global using System.Net;
global using System.Text.Json;
global using System.Text.Json.Nodes;
global using TestServers.Foundation;
global using TestServers.Settings;
global using TestServers.Storage;
global using TestServers.Tests.Stage;
global using Xunit;
