using System.Runtime.InteropServices;

namespace NanoConv.Cifar.Commands;

/// <summary>
/// Turns Ctrl+C, a request to terminate and a terminal that is closed into a cancelled token, once: whoever works finishes the
/// current step and leaves things tidy. The second Ctrl+C ends the process at once. What the process was started to ignore, as nohup
/// has it ignore a closed terminal, .NET leaves ignored.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>The exit code after Ctrl+C: 128 + SIGINT.</summary>
    public const int ExitCode = 130;

    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations = [];
    private bool isAsked;

    /// <summary>Listens to the signals of this process.</summary>
    public Interruption() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnRequest),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnRequest),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnHangUp),
    ];

    /// <summary>Listens to a token instead of signals.</summary>
    /// <param name="token">What to take for Ctrl+C.</param>
    public Interruption(CancellationToken token) =>
        source = CancellationTokenSource.CreateLinkedTokenSource(token);

    /// <summary>Cancelled by the first Ctrl+C.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
        source.Dispose();
    }

    private void OnRequest(PosixSignalContext context)
    {
        if (isAsked)
            return;
        isAsked = true;
        context.Cancel = true;
        source.Cancel();
    }

    // Nobody insists here: shell and system both send it as a terminal is closed, and a service manager adds SIGTERM.
    private void OnHangUp(PosixSignalContext context)
    {
        context.Cancel = true;
        source.Cancel();
    }
}
