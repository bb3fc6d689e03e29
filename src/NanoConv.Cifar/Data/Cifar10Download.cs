using System.Net;
using System.Net.Http.Headers;

namespace NanoConv.Cifar.Data;

/// <summary>
/// Downloads the archive to a partial file, going on from where an earlier try broke off. It vouches for the number
/// of bytes only; whoever uses the file checks its MD5 first. One process at a time: see <see cref="CacheLock"/>.
/// </summary>
internal sealed class Cifar10Download
{
    private const int BufferBytes = 1 << 16;

    private readonly HttpClient client;
    private readonly Cifar10Archive archive;
    private readonly string partialPath;
    private readonly string versionPath;

    /// <summary>Prepares a download; nothing happens yet.</summary>
    /// <param name="client">The client to ask with.</param>
    /// <param name="archive">What to download, and how many bytes to expect.</param>
    /// <param name="partialPath">The file to fill. Beside it, .version tells which version the server sent.</param>
    internal Cifar10Download(HttpClient client, Cifar10Archive archive, string partialPath)
    {
        this.client = client;
        this.archive = archive;
        this.partialPath = partialPath;
        versionPath = partialPath + ".version";
    }

    /// <summary>How long the server may take to begin its answer before there counts as being no network.</summary>
    internal required TimeSpan AnswerTimeout { get; init; }

    /// <summary>How long nothing may arrive before the connection counts as broken off.</summary>
    internal required TimeSpan StallTimeout { get; init; }

    private string Host => archive.Url.Host;

    /// <summary>Fills the partial file until it has <see cref="Cifar10Archive.Bytes"/> bytes.</summary>
    /// <param name="progress">Receives the bytes had so far, earlier tries included, and the bytes in all.</param>
    /// <param name="cancellation">Stops the download; what has arrived is kept.</param>
    /// <exception cref="DataException">No network, no such file, a file of another size, or broken off.</exception>
    /// <exception cref="IOException">The partial file cannot be written.</exception>
    internal async Task RunAsync(IProgress<(long Received, long Total)>? progress, CancellationToken cancellation)
    {
        long have = File.Exists(partialPath) ? new FileInfo(partialPath).Length : 0;
        if (have == archive.Bytes)
            return;
        if (have > archive.Bytes)
            have = 0;

        HttpResponseMessage response = await AskAsync(have, cancellation);
        try
        {
            if (have > 0 && !Continues(response, have))
            {
                have = 0;
                if (response.StatusCode is HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable)
                {
                    response.Dispose();
                    response = await AskAsync(0, cancellation);
                }
            }

            RequireWanted(response, have);
            await ReceiveAsync(response, have, progress, cancellation);
        }
        finally
        {
            response.Dispose();
        }
    }

    /// <summary>Removes what an earlier try left, so that the next begins afresh.</summary>
    /// <exception cref="IOException">A file cannot be removed.</exception>
    internal void Discard()
    {
        File.Delete(partialPath);
        File.Delete(versionPath);
    }

    private async Task<HttpResponseMessage> AskAsync(long from, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, archive.Url);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("nanoconv", "0.1"));
        if (from > 0)
        {
            request.Headers.Range = new RangeHeaderValue(from, null);
            if (File.Exists(versionPath))
                request.Headers.TryAddWithoutValidation(
                    "If-Range", await File.ReadAllTextAsync(versionPath, cancellation));
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(AnswerTimeout);
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new DataException(
                $"no network: {Host} gave no answer within {AnswerTimeout.TotalSeconds:0.#} seconds", error);
        }
        catch (HttpRequestException error)
        {
            throw new DataException($"no network: cannot reach {Host}: {error.GetBaseException().Message}", error);
        }
    }

    /// <summary>Whether the answer goes on at byte <paramref name="have"/> of a file of the right size.</summary>
    private bool Continues(HttpResponseMessage response, long have) =>
        response.StatusCode == HttpStatusCode.PartialContent
        && response.Content.Headers.ContentRange is { } range
        && range.From == have
        && (range.Length ?? archive.Bytes) == archive.Bytes;

    private void RequireWanted(HttpResponseMessage response, long have)
    {
        HttpStatusCode expected = have > 0 ? HttpStatusCode.PartialContent : HttpStatusCode.OK;
        if (response.StatusCode != expected)
            throw new DataException(
                $"{archive.Url}: expected a file, " +
                $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}");
        if (have == 0 && response.Content.Headers.ContentLength is { } length && length != archive.Bytes)
            throw WrongSize($"{length:N0} bytes");
    }

    private async Task ReceiveAsync(
        HttpResponseMessage response,
        long have,
        IProgress<(long Received, long Total)>? progress,
        CancellationToken cancellation)
    {
        if (have == 0)
            await BeginAfreshAsync(response, cancellation);
        using var file = new FileStream(partialPath, FileMode.Append, FileAccess.Write, FileShare.Read);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        byte[] buffer = new byte[BufferBytes];
        progress?.Report((have, archive.Bytes));
        while (true)
        {
            patience.CancelAfter(StallTimeout);
            int count = await ReadAsync(response, buffer, have, patience.Token, cancellation);
            if (count == 0)
                break;
            have += count;
            if (have > archive.Bytes)
                break;
            await file.WriteAsync(buffer.AsMemory(0, count), cancellation);
            progress?.Report((have, archive.Bytes));
        }

        if (have == archive.Bytes)
            return;
        // The server ended its answer in good order, so this is another file, not a part of the wanted one.
        file.Dispose();
        Discard();
        throw WrongSize(have > archive.Bytes ? "more" : $"{have:N0} bytes");
    }

    /// <summary>Removes the partial file before it notes the version, so that the two never disagree.</summary>
    private async Task BeginAfreshAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        Discard();
        string? version = response.Headers.ETag is { IsWeak: false } tag
            ? tag.ToString()
            : response.Content.Headers.LastModified?.ToString("R");
        if (version is not null)
            await File.WriteAllTextAsync(versionPath, version, cancellation);
    }

    private async Task<int> ReadAsync(
        HttpResponseMessage response,
        byte[] buffer,
        long have,
        CancellationToken patience,
        CancellationToken cancellation)
    {
        try
        {
            Stream body = await response.Content.ReadAsStreamAsync(patience);
            return await body.ReadAsync(buffer, patience);
        }
        catch (Exception error) when (
            error is IOException or HttpRequestException
            || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new DataException(
                $"{archive.Url}: the connection broke off after {have:N0} of {archive.Bytes:N0} bytes; " +
                "running again goes on from there", error);
        }
    }

    private DataException WrongSize(string found) =>
        new($"{archive.Url}: expected {archive.Bytes:N0} bytes, the server sent {found}");
}
