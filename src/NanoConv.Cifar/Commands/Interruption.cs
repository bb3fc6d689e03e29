using System.Runtime.InteropServices;

namespace NanoConv.Cifar.Commands;

/// <summary>
/// Turns Ctrl+C (and a request to terminate) into a cancelled token, once: whoever works finishes the current
/// step and leaves things tidy. The second Ctrl+C ends the process at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>The exit code after Ctrl+C: 128 + SIGINT.</summary>
    public const int ExitCode = 130;

    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration? interrupt;
    private readonly PosixSignalRegistration? terminate;

    /// <summary>Listens to the signals of this process.</summary>
    public Interruption()
    {
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    /// <summary>Listens to a token instead of signals.</summary>
    /// <param name="token">What to take for Ctrl+C.</param>
    public Interruption(CancellationToken token) =>
        source = CancellationTokenSource.CreateLinkedTokenSource(token);

    /// <summary>Cancelled by the first Ctrl+C.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        interrupt?.Dispose();
        terminate?.Dispose();
        source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (source.IsCancellationRequested)
            return;
        context.Cancel = true;
        source.Cancel();
    }
}
