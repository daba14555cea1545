using System.Globalization;
using EndpointMtls.Comparisons.Calls;
using EndpointMtls.Comparisons.Serving;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Comparisons.Holding;

/// <summary>A process that opens channels, makes one call through each, and keeps them open.</summary>
internal static class Holder
{
    private const int WarmUp = 10;

    /// <summary>Writes the managed and the resident memory of a channel, in bytes.</summary>
    public static async Task RunAsync(bool isOurs, Target target, IReadOnlyList<int> ports)
    {
        await using var services = Ways.AddOurs(target);
        var factory = services.GetRequiredService<IEndpointChannelFactory>();
        var options = Ways.CreateOptionsByHand(target);
        Func<int, GrpcChannel> open = isOurs ? port => factory.GetChannel($"{target.Host}:{port}") : port => Ways.CreateByHand(target.Host, port, options);

        // The first channels load code that all share.
        var channels = new List<GrpcChannel>();
        await OpenAsync(ports.Take(WarmUp));
        var (managed, resident) = Measure();
        await OpenAsync(ports.Skip(WarmUp));
        var (managedAfter, residentAfter) = Measure();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(managedAfter - managed) / (ports.Count - WarmUp)} {(residentAfter - resident) / (ports.Count - WarmUp)}"));
        channels.ForEach(channel => channel.Dispose());

        async Task OpenAsync(IEnumerable<int> some)
        {
            foreach (var port in some)
            {
                var channel = open(port);
                channels.Add(channel);
                using var call = channel.CreateCallInvoker().AsyncUnaryCall(EchoMethods.Echo, host: null, default, new byte[1024]);
                await call.ResponseAsync;
            }
        }
    }

    private static (long Managed, long Resident) Measure()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return (GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
    }
}
