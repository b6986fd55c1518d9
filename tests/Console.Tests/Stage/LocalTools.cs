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

    /// <summary>Starts a program whose output is read.</summary>
    public static Process Start(string program, params IEnumerable<string> arguments) =>
        Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;

    /// <summary>Tries a program for at most 10 s.</summary>
    /// <returns>Null: it has done it; else what it said.</returns>
    public static string? WhyNot(string program, params IEnumerable<string> arguments)
    {
        using var probe = Start(program, arguments);
        var said = probe.StandardError.ReadToEnd().Trim();
        return probe.WaitForExit(TimeSpan.FromSeconds(10)) && probe.ExitCode == 0 ? null : said;
    }

    /// <summary>Runs a program to its end, and gives back all that it said.</summary>
    public static (int Code, string Output) Run(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
