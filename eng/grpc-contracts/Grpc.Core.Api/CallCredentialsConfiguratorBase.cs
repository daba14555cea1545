namespace Grpc.Core;

/// <summary>Learns from <see cref="CallCredentials"/> what they are.</summary>
public abstract class CallCredentialsConfiguratorBase
{
    /// <summary>The credentials are several, in order.</summary>
    public abstract void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials);

    /// <summary>The credentials are a function that adds headers.</summary>
    public abstract void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor);
}
