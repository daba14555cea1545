using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

// In process, because the projects that BenchmarkDotNet generates do not get the gRPC contract assemblies of this repository.
var config = DefaultConfig.Instance
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddJob(new Job().WithToolchain(InProcessEmitToolchain.Instance).AsMutator());
if (!args.Any(arg => arg is "-j" or "--job"))
{
    // Enough for ratios within one run. BenchmarkDotNet would prefer it to a job on the command line.
    config = config.AddJob(Job.Default.WithWarmupCount(3).WithIterationCount(10).WithIterationTime(TimeInterval.FromMilliseconds(250)).AsDefault());
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
