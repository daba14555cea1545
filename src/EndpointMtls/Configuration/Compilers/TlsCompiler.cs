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

    private static readonly TlsOptions Defaults = new();

    private readonly TlsChecks _checks = new(errors, origin, $"{ConfigKeys.TlsConfig}.");

    /// <returns><see langword="null"/> for plaintext.</returns>
    public TlsDefinition? Compile(TlsOptions tls)
    {
        if (!tls.Enabled)
        {
            RefuseBesidePlaintext(tls);
            return null;
        }

        CheckTrust(tls);
        _checks.CheckPaths((tls.CertFile, ConfigKeys.CertFile), (tls.KeyFile, ConfigKeys.KeyFile), (tls.KeyPasswordFile, ConfigKeys.KeyPasswordFile));
        _checks.CheckPaths(tls.CaFile, ConfigKeys.CaFile);
        _checks.CheckIdentity(tls.CertFile, tls.KeyFile, tls.KeyPasswordFile);
        _checks.RequireBetween(tls.CheckInterval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), ConfigKeys.CheckInterval);
        _checks.RequireBetween(tls.SwapJitter, TimeSpan.Zero, TimeSpan.FromHours(1), ConfigKeys.SwapJitter);
        _checks.RequireBetween(tls.DrainTimeout, TimeSpan.Zero, TimeSpan.FromHours(24), ConfigKeys.DrainTimeout);
        _checks.RequireBetween(tls.CaOverlap, TimeSpan.Zero, TimeSpan.FromDays(30), ConfigKeys.CaOverlap);
        _checks.RequireDefined(tls.OnTrustRemoved, ConfigKeys.OnTrustRemoved);
        _checks.RequireDefined(tls.OnExpired, ConfigKeys.OnExpired);
        _checks.CheckVersion(tls.MinVersion);
        return new TlsDefinition
        {
            CertFile = tls.CertFile,
            KeyFile = tls.KeyFile,
            KeyPasswordFile = tls.KeyPasswordFile,
            CaFiles = [.. tls.CaFile.Distinct()],
            UseSystemRoots = tls.UseSystemRoots,
            InsecureSkipVerify = tls.InsecureSkipVerify,
            ServerName = CheckServerName(tls.ServerName),
            MinVersion = tls.MinVersion,
            CheckInterval = tls.CheckInterval,
            SwapJitter = tls.SwapJitter,
            DrainTimeout = tls.DrainTimeout,
            CaOverlap = tls.CaOverlap,
            OnTrustRemoved = tls.OnTrustRemoved,
            OnExpired = tls.OnExpired,
        };
    }

    // What a document says beside it has been refused where it was read, whether or not it says more than the defaults.
    private void RefuseBesidePlaintext(TlsOptions tls)
    {
        if (errors.AreAt($"{origin.Path}.{ConfigKeys.TlsConfig}"))
        {
            return;
        }

        Refuse(tls.CertFile is not null, ConfigKeys.CertFile);
        Refuse(tls.KeyFile is not null, ConfigKeys.KeyFile);
        Refuse(tls.KeyPasswordFile is not null, ConfigKeys.KeyPasswordFile);
        Refuse(tls.CaFile.Count > 0, ConfigKeys.CaFile);
        Refuse(tls.UseSystemRoots, ConfigKeys.UseSystemRoots);
        Refuse(tls.InsecureSkipVerify, ConfigKeys.InsecureSkipVerify);
        Refuse(tls.ServerName is not null, ConfigKeys.ServerName);
        Refuse(tls.MinVersion != Defaults.MinVersion, ConfigKeys.MinVersion);
        Refuse(tls.CheckInterval != Defaults.CheckInterval, ConfigKeys.CheckInterval);
        Refuse(tls.SwapJitter != Defaults.SwapJitter, ConfigKeys.SwapJitter);
        Refuse(tls.DrainTimeout != Defaults.DrainTimeout, ConfigKeys.DrainTimeout);
        Refuse(tls.CaOverlap != Defaults.CaOverlap, ConfigKeys.CaOverlap);
        Refuse(tls.OnTrustRemoved != Defaults.OnTrustRemoved, ConfigKeys.OnTrustRemoved);
        Refuse(tls.OnExpired != Defaults.OnExpired, ConfigKeys.OnExpired);

        void Refuse(bool isSet, string key)
        {
            if (isSet)
            {
                Error(key, BesidePlaintext, BesidePlaintextFix);
            }
        }
    }

    private void CheckTrust(TlsOptions tls)
    {
        var hasAuthorities = tls.CaFile.Count > 0;
        if (!hasAuthorities && !tls.UseSystemRoots && !tls.InsecureSkipVerify && !errors.AreAt($"{origin.Path}.{ConfigKeys.TlsConfig}"))
        {
            Error(ConfigKeys.CaFile, "required", $"Give the file with the certificate authorities that vouch for the servers, or write '{ConfigKeys.UseSystemRoots}: true'");
        }

        Contradict(hasAuthorities && tls.UseSystemRoots, ConfigKeys.UseSystemRoots, ConfigKeys.CaFile, "Servers are trusted by the one or by the other: remove one of the two");
        Contradict(hasAuthorities && tls.InsecureSkipVerify, ConfigKeys.InsecureSkipVerify, ConfigKeys.CaFile, "With it nobody is asked to vouch for a server: remove one of the two");
        Contradict(tls.UseSystemRoots && tls.InsecureSkipVerify, ConfigKeys.InsecureSkipVerify, ConfigKeys.UseSystemRoots, "With it nobody is asked to vouch for a server: remove one of the two");

        void Contradict(bool areBoth, string key, string other, string fix)
        {
            if (areBoth)
            {
                Error(key, $"contradicts '{other}'", fix);
            }
        }
    }

    private string? CheckServerName(string? name)
    {
        string? serverName = null;
        if (name is not null && !HostName.TryNormalise(name, out serverName, out _))
        {
            Error(ConfigKeys.ServerName, $"'{Snippet.Truncate(name)}' is not a host name", "Write the name that stands in the server's certificate, without a port");
        }

        return serverName;
    }

    private void Error(string key, string what, string fix) => _checks.Error(key, what, fix);
}
