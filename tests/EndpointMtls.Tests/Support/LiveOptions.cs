using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.Support;

/// <summary>A source of realms that a test changes.</summary>
internal sealed class LiveOptions : IOptionsChangeTokenSource<EndpointMtlsOptions>
{
    private ConfigurationReloadToken _changed = new();
    private Action<EndpointMtlsOptions> _configure = _ => { };

    public string Name => Options.DefaultName;

    public IChangeToken GetChangeToken() => _changed;

    public void AddTo(IServiceCollection services) => services
        .AddEndpointMtls(options => _configure(options))
        .AddSingleton<IOptionsChangeTokenSource<EndpointMtlsOptions>>(this);

    /// <summary>Has these be the realms. Returns when the change has been dealt with.</summary>
    public void Set(params RealmOptions[] realms) => Set(options => Array.ForEach(realms, options.Realms.Add));

    public void Set(Action<EndpointMtlsOptions> configure)
    {
        _configure = configure;
        Interlocked.Exchange(ref _changed, new ConfigurationReloadToken()).OnReload();
    }
}
