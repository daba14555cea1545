using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Compilers;

/// <summary>Turns the TLS options of one realm into a definition: whom to trust is said exactly once, and nothing contradicts it.</summary>
internal sealed class TlsCompiler(ConfigurationErrors errors, RealmOrigin origin)
{
    public const string BesidePlaintext = $"contradicts '{ConfigKeys.Enabled}: false'";
    public const string BesidePlaintextFix = "Plaintext uses none of it: remove one of the two";

    private readonly OptionChecks _checks = new(errors, origin, $"{ConfigKeys.TlsConfig}.");

    /// <returns><see langword="null"/> for plaintext.</returns>
    public TlsDefinition? Compile(TlsOptions tls)
    {
        if (!tls.Enabled)
        {
            RefuseBesidePlaintext(tls);
            return null;
        }

        CheckTrust(tls);
        OptionTables.Tls.Check(_checks, tls);
        var options = OptionTables.Tls.Copy(tls);
        options.ServerName = CheckServerName(tls.ServerName);
        return new TlsDefinition(options);
    }

    // What a document says beside it has been refused where it was read, whether or not it says more than the defaults.
    private void RefuseBesidePlaintext(TlsOptions tls)
    {
        if (errors.AnyAt($"{origin.Path}.{ConfigKeys.TlsConfig}"))
        {
            return;
        }

        foreach (var key in OptionTables.Tls.KeysSet(tls).Where(key => key != ConfigKeys.Enabled))
        {
            Error(ErrorCode.Conflict, key, BesidePlaintext, BesidePlaintextFix);
        }
    }

    private void CheckTrust(TlsOptions tls)
    {
        var hasAuthorities = tls.CaFile.Count > 0;
        if (!hasAuthorities && !tls.UseSystemRoots && !tls.InsecureSkipVerify && !errors.AnyAt($"{origin.Path}.{ConfigKeys.TlsConfig}"))
        {
            Error(ErrorCode.Required, ConfigKeys.CaFile, "required", $"Give the file with the certificate authorities that vouch for the servers, or write '{ConfigKeys.UseSystemRoots}: true'");
        }

        Contradict(hasAuthorities && tls.UseSystemRoots, ConfigKeys.UseSystemRoots, ConfigKeys.CaFile, "Servers are trusted by the one or by the other: remove one of the two");
        Contradict(hasAuthorities && tls.InsecureSkipVerify, ConfigKeys.InsecureSkipVerify, ConfigKeys.CaFile, "With it nobody is asked to vouch for a server: remove one of the two");
        Contradict(tls.UseSystemRoots && tls.InsecureSkipVerify, ConfigKeys.InsecureSkipVerify, ConfigKeys.UseSystemRoots, "With it nobody is asked to vouch for a server: remove one of the two");

        void Contradict(bool areBoth, string key, string other, string fix)
        {
            if (areBoth)
            {
                Error(ErrorCode.Conflict, key, $"contradicts '{other}'", fix);
            }
        }
    }

    private string? CheckServerName(string? name)
    {
        string? serverName = null;
        if (name is not null && !HostName.TryNormalise(name, out serverName, out _))
        {
            Error(ErrorCode.InvalidValue, ConfigKeys.ServerName, $"'{Snippet.Truncate(name)}' is not a host name", "Write the name that stands in the server's certificate, without a port");
        }

        return serverName;
    }

    private void Error(ErrorCode code, string key, string problem, string fix) => _checks.Error(code, key, problem, fix);
}
