using NanoConv.Tests.Checkpoints;

// Run by itself, and not by the tests' host, this is the program that tests start in order to kill it.
return CheckpointWorker.Run(args);
