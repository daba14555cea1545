using System.Net;
using EndpointMtls.Async;
using Grpc.Core;
using Grpc.Net.Client.Balancer;

namespace EndpointMtls.Channels;

/// <summary>Runs the balancer of a channel, and records the connection attempts and lookups that fail.</summary>
/// <remarks>
/// <para>
/// Grpc.Net.Client opens the first socket of each address itself, before the handler sees a call. It calls this class under the lock of
/// the channel.
/// </para>
/// <para>
/// The addresses of a host lead to the same endpoint: an attempt that fails is recorded only if the whole channel fails. Each address of
/// a group is another server, so each attempt that fails is recorded.
/// </para>
/// </remarks>
internal sealed class ReportingBalancer : LoadBalancer, IChannelControlHelper
{
    private readonly IChannelControlHelper _channel;
    private readonly ChannelContext _context;
    private readonly ConnectionReport _report;
    private readonly LoadBalancer _balancer;
    private ConnectivityState? _state;
    private bool _hasAddresses = true;

    // The result of the last attempt or lookup; null if it succeeded or was cancelled.
    private EndpointConnectionException? _failure;

    /// <param name="factory">Creates the balancer.</param>
    /// <param name="options">The options of the balancer.</param>
    /// <param name="context">The state of the channel.</param>
    /// <param name="report">Records the failures.</param>
    public ReportingBalancer(LoadBalancerFactory factory, LoadBalancerOptions options, ChannelContext context, ConnectionReport report)
    {
        (_channel, _context, _report) = (options.Controller, context, report);
        _balancer = factory.Create(new LoadBalancerOptions(this, options.LoggerFactory, options.Configuration));
    }

    private bool IsGroup => _context.Destination is GroupDestination;

    /// <inheritdoc/>
    /// <remarks>A result without addresses means that a lookup is running. Other balancers than ours would fail calls then.</remarks>
    public override void UpdateChannelState(ChannelState state)
    {
        if (state.Status.StatusCode != StatusCode.OK)
        {
            _hasAddresses = false;
            OnResult(state.Status.DebugException as EndpointConnectionException);
        }
        else if (state.Addresses is null or { Count: 0 } && _balancer is not HappyEyeballsBalancer)
        {
            if (_state is null)
            {
                // Without a picker, Grpc.Net.Client would ignore the deadlines of queued calls.
                UpdateState(new BalancerState(ConnectivityState.Connecting, new QueuePicker()));
            }

            return;
        }
        else if (!_hasAddresses)
        {
            _hasAddresses = true;
            if (IsGroup && _state == ConnectivityState.Ready)
            {
                // Its calls use the open connections again.
                Record(_report.RecordResolved);
            }
        }

        _balancer.UpdateChannelState(state);
    }

    public override void RequestConnection() => _balancer.RequestConnection();

    public Subchannel CreateSubchannel(SubchannelOptions options)
    {
        // This callback is the first: it runs before that of the balancer.
        var subchannel = _channel.CreateSubchannel(options);
        subchannel.OnStateChanged(change => OnStateChanged(subchannel, change));
        return subchannel;
    }

    public void UpdateState(BalancerState state)
    {
        _state = state.ConnectivityState;
        if (_state == ConnectivityState.TransientFailure && _failure is { } failure)
        {
            Record(() => _report.RecordFailure(failure));
            state = new BalancerState(state.ConnectivityState, new FailurePicker(state.Picker, failure));
        }

        _channel.UpdateState(state);
    }

    public void RefreshResolver() => _channel.RefreshResolver();

    protected override void Dispose(bool disposing)
    {
        _balancer.Dispose();
        base.Dispose(disposing);
    }

    private void OnStateChanged(Subchannel subchannel, SubchannelState change)
    {
        if (change.State is ConnectivityState.TransientFailure)
        {
            OnResult(CreateFailure(change.Status.DebugException, subchannel.GetAddresses() is [var only] ? only.EndPoint : null));
        }
        else if (change.State is ConnectivityState.Ready)
        {
            OnResult(null);
        }
        else if (change.State is ConnectivityState.Shutdown)
        {
            ConnectionOrigin.OnShutDown(subchannel);
        }
    }

    private void OnResult(EndpointConnectionException? failure)
    {
        _failure = _context.IsDisposed || _context.Closed is not null ? null : failure;
        if (IsGroup && _failure is { } recorded)
        {
            Record(() => _report.RecordFailure(recorded));
        }
    }

    private EndpointConnectionException? CreateFailure(Exception? exception, DnsEndPoint? endPoint) =>
        exception is not null && ConnectionFailureClassifier.Dial(exception, _context) is { } failure
            ? _report.Create(failure, _context.Destination.GetDialTarget(endPoint), _context.TimeProvider.GetUtcNow(), exception)
            : null;

    // A log sink must not run under the lock of the channel.
    private static void Record(Action record) => DeferringLock.RunUnderForeignLock(record);

    private sealed class QueuePicker : SubchannelPicker
    {
        public override PickResult Pick(PickContext context) => PickResult.ForQueue();
    }

    /// <summary>Gives calls the recorded failure in place of the socket error, which has no address and no fix.</summary>
    private sealed class FailurePicker(SubchannelPicker picker, EndpointConnectionException failure) : SubchannelPicker
    {
        private readonly PickResult _failed = PickResult.ForFailure(new Status(StatusCode.Unavailable, failure.Message, failure));

        public override PickResult Pick(PickContext context) =>
            picker.Pick(context) is var result && result.Type == PickResultType.Fail && IsCause(result.Status.DebugException)
                ? _failed
                : result;

        private bool IsCause(Exception? exception) => exception is not null && exception == failure.InnerException;
    }
}

/// <summary>Creates the balancers of a channel for one policy.</summary>
internal sealed class ReportingBalancerFactory(LoadBalancerFactory factory, ChannelContext context, ConnectionReport report)
    : LoadBalancerFactory
{
    public override string Name => factory.Name;

    public override LoadBalancer Create(LoadBalancerOptions options) => new ReportingBalancer(factory, options, context, report);
}

/// <summary>The services of a channel whose balancers report failures: those of the application, ours, and the built-in ones.</summary>
/// <remarks>Grpc.Net.Client uses the first one that has the name of the policy.</remarks>
internal sealed class ReportingServices(ChannelContext context, ConnectionReport report, IServiceProvider? services) : IServiceProvider
{
    private static readonly LoadBalancerFactory[] BuiltIn = [new PickFirstBalancerFactory(), new RoundRobinBalancerFactory()];

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IEnumerable<LoadBalancerFactory>) ? CreateFactories() : services?.GetService(serviceType);

    private LoadBalancerFactory[] CreateFactories()
    {
        var registered = services?.GetService(typeof(IEnumerable<LoadBalancerFactory>)) as IEnumerable<LoadBalancerFactory>;
        return [.. (registered ?? []).Concat(BuiltIn).Select(factory => new ReportingBalancerFactory(factory, context, report))];
    }
}
