namespace EndpointMtls.Channels;

/// <summary>The connections that were made with one version of a realm's certificates.</summary>
/// <remarks>
/// Disposed when it has been retired and the last response has begun. From then on the handler opens nothing new but
/// lets running streams finish; disposing it any earlier fails calls that are about to be sent.
/// </remarks>
internal sealed class HandlerGeneration(SocketsHttpHandler handler, EndpointConnector connector) : DelegatingHandler(handler)
{
    private const int Retired = int.MinValue;

    // The number of calls waiting for their response; counted from int.MinValue once retired.
    private int _waiting;

    /// <summary>Sends a request, or returns <see langword="null"/> because this generation is retired.</summary>
    public Task<HttpResponseMessage>? TrySend(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > 0)
        {
            return CountedAsync(request, cancellationToken);
        }

        Leave();
        return null;
    }

    public void Retire()
    {
        if (Interlocked.Add(ref _waiting, Retired) == Retired)
        {
            Dispose();
        }
    }

    private async Task<HttpResponseMessage> CountedAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception) when (exception.InnerException is null && connector.History.Failure is { } failure)
        {
            // A connection that fails before the handler has registered it leaves the call without its cause.
            throw new HttpRequestException(exception.HttpRequestError, failure.Message, failure);
        }
        finally
        {
            Leave();
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _waiting) == Retired)
        {
            Dispose();
        }
    }
}
