using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NanoConv.Cifar.Tests.Data;

/// <summary>What the client asked: its headers, by lower-case name.</summary>
internal sealed record Request(IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The value of a header, null if the client did not send it.</summary>
    internal string? this[string name] => Headers.GetValueOrDefault(name);

    /// <summary>The first byte asked for; null without a Range header.</summary>
    internal int? RangeFrom => this["range"] is { } range
        ? int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture)
        : null;
}

/// <summary>What the server answers, and how it misbehaves.</summary>
internal sealed record Answer(int Status, byte[] Body, params string[] Headers)
{
    /// <summary>Bytes of the body after which the connection is cut; all of them by default.</summary>
    internal int SentBytes { get; init; } = Body.Length;

    /// <summary>Whether to tell the length of the body beforehand.</summary>
    internal bool TellsLength { get; init; } = true;

    /// <summary>After what is sent, the server falls silent and keeps the connection.</summary>
    internal bool Hangs { get; init; }
}

/// <summary>A web server of a few lines on 127.0.0.1, one answer a connection.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Func<Request, Answer?> respond;
    private readonly List<Request> requests = [];

    /// <param name="respond">The answer to a request; null for none at all.</param>
    internal LoopbackServer(Func<Request, Answer?> respond)
    {
        this.respond = respond;
        listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/archive.tar.gz");
        _ = AcceptAsync();
    }

    internal Uri Url { get; }

    /// <summary>All requests so far.</summary>
    internal IReadOnlyList<Request> Requests
    {
        get
        {
            lock (requests)
                return [.. requests];
        }
    }

    /// <summary>A client that goes straight to the server, whatever proxy the environment names.</summary>
    internal static HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>A server of one file, with an ETag and ranges.</summary>
    internal static Answer ServeFile(Request request, byte[] file, string etag = "\"v1\"")
    {
        if (request.RangeFrom is not { } from || (request["if-range"] ?? etag) != etag)
            return new Answer(200, file, $"ETag: {etag}");
        string range = $"Content-Range: bytes {from}-{file.Length - 1}/{file.Length}";
        return new Answer(206, file[from..], $"ETag: {etag}", range);
    }

    public void Dispose()
    {
        stopping.Cancel();
        listener.Dispose();
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        CancellationToken stop = stopping.Token;
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stop), stop);
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient connection, CancellationToken stop)
    {
        try
        {
            using (connection)
            {
                NetworkStream stream = connection.GetStream();
                Request request = await ReadRequestAsync(stream, stop);
                lock (requests)
                    requests.Add(request);
                Answer? answer = respond(request);
                if (answer is not null)
                    await WriteAsync(stream, answer, stop);
                if (answer is null or { Hangs: true })
                    await Task.Delay(Timeout.Infinite, stop);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
        }
    }

    private static async Task<Request> ReadRequestAsync(NetworkStream stream, CancellationToken stop)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        await reader.ReadLineAsync(stop);
        var headers = new Dictionary<string, string>();
        while (await reader.ReadLineAsync(stop) is { Length: > 0 } line)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon].ToLowerInvariant()] = line[(colon + 1)..].Trim();
        }

        return new Request(headers);
    }

    private static async Task WriteAsync(NetworkStream stream, Answer answer, CancellationToken stop)
    {
        string status = $"HTTP/1.1 {answer.Status} {(HttpStatusCode)answer.Status}";
        List<string> head = [status, "Connection: close", .. answer.Headers];
        if (answer.TellsLength)
            head.Add($"Content-Length: {answer.Body.Length}");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Join("\r\n", head) + "\r\n\r\n"), stop);
        await stream.WriteAsync(answer.Body.AsMemory(0, answer.SentBytes), stop);
    }
}
