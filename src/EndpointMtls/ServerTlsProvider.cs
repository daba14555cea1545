using EndpointMtls.Serving;
using Microsoft.Extensions.Options;

namespace EndpointMtls;

/// <summary>Hands out the TLS side of servers. A singleton of the container; thread-safe.</summary>
public sealed class ServerTlsProvider
{
    private readonly ServerSides _sides;

    internal ServerTlsProvider(ServerSides sides) => _sides = sides;

    /// <summary>Gets what the configuration's <c>server</c> says. The configuration may change it, and not remove it any more.</summary>
    /// <exception cref="InvalidOperationException">The configuration has no <c>server</c>.</exception>
    /// <exception cref="OptionsValidationException">The configuration is wrong, in one way or more.</exception>
    public ServerTls Get() => _sides.Get();

    /// <summary>Gets what options say that are given in code. The same instance leads to the same result; it is read once.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="OptionsValidationException">They, or the files they name, are wrong: with everything that is, at once.</exception>
    public ServerTls Get(ServerTlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return _sides.Get(options);
    }
}
