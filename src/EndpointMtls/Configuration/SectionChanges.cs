using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Configuration;

/// <summary>Says when a configuration section has changed.</summary>
internal sealed class SectionChanges(IConfiguration section) : IOptionsChangeTokenSource<EndpointMtlsOptions>
{
    public string Name => Options.DefaultName;

    public IChangeToken GetChangeToken() => section.GetReloadToken();
}
