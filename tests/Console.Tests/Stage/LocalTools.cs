using System.Diagnostics;
using System.Net.Sockets;

namespace TestServers.Tests.Stage;

/// <summary>This machine's programs and ports.</summary>
internal static class LocalTools
{
    // Below those that the kernel gives to who connects: one of them may be a connection's by the time it is needed.
    private const int First = 23000,
        AfterLast = 26000;

    /// <summary>A port on which nobody listens now, and which no connection is given as its own end.</summary>
    /// <param name="address">An IP address of this machine.</param>
    public static int FreePort(string address = "127.0.0.1")
    {
        while (true)
        {
            var port = Random.Shared.Next(First, AfterLast);
            using var listener = new TcpListener(IPAddress.Parse(address), port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another one.
            }
        }
    }

    /// <summary>Makes a certificate of qa.example and 127.0.0.1, signed by itself, and its key.</summary>
    public static void MakeCertificate(string certificate, string key) =>
        Run(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            key,
            "-out",
            certificate,
            "-days",
            "2",
            "-subj",
            "/CN=qa.example",
            "-addext",
            "subjectAltName=DNS:qa.example,IP:127.0.0.1"
        );

    /// <summary>Runs a program to its end, and gives back all that it said.</summary>
    public static (int Code, string Output) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
