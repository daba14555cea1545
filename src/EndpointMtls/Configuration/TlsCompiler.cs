using System.Security.Authentication;

namespace EndpointMtls.Configuration;

/// <summary>Turns the TLS options of one realm into a definition: whom to trust is said exactly once, and nothing contradicts it.</summary>
internal sealed class TlsCompiler(ConfigurationErrors errors, RealmOrigin origin)
{
    public const string BesidePlaintext = $"contradicts '{ConfigKeys.Enabled}: false'";
    public const string BesidePlaintextFix = "Plaintext uses none of it: remove one of the two";

    private static readonly TlsOptions Defaults = new();

    /// <returns><see langword="null"/> for plaintext.</returns>
    public TlsDefinition? Compile(TlsOptions tls)
    {
        if (!tls.Enabled)
        {
            RefuseBesidePlaintext(tls);
            return null;
        }

        CheckTrust(tls);
        CheckPaths(tls);
        CheckIdentity(tls);
        RequireBetween(tls.CheckInterval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), ConfigKeys.CheckInterval);
        RequireBetween(tls.SwapJitter, TimeSpan.Zero, TimeSpan.FromHours(1), ConfigKeys.SwapJitter);
        RequireBetween(tls.DrainTimeout, TimeSpan.Zero, TimeSpan.FromHours(24), ConfigKeys.DrainTimeout);
        RequireBetween(tls.CaOverlap, TimeSpan.Zero, TimeSpan.FromDays(30), ConfigKeys.CaOverlap);
        RequireDefined(tls.OnTrustRemoved, ConfigKeys.OnTrustRemoved);
        RequireDefined(tls.OnExpired, ConfigKeys.OnExpired);
        if (tls.MinVersion is not (SslProtocols.Tls12 or SslProtocols.Tls13))
        {
            Error(ConfigKeys.MinVersion, $"'{tls.MinVersion}' is not a TLS version we accept", "Use Tls12 or Tls13");
        }

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

    private void CheckPaths(TlsOptions tls)
    {
        CheckPath(tls.CertFile, ConfigKeys.CertFile);
        CheckPath(tls.KeyFile, ConfigKeys.KeyFile);
        CheckPath(tls.KeyPasswordFile, ConfigKeys.KeyPasswordFile);
        for (var index = 0; index < tls.CaFile.Count; index++)
        {
            CheckPath(tls.CaFile[index] ?? "", tls.CaFile.Count == 1 ? ConfigKeys.CaFile : $"{ConfigKeys.CaFile}[{index}]");
        }
    }

    private void CheckPath(string? path, string key)
    {
        if (path is not null && string.IsNullOrWhiteSpace(path))
        {
            Error(key, "is empty", "Give a path, or remove the key");
        }
        else if (path?.Contains("-----BEGIN", StringComparison.Ordinal) == true)
        {
            // Not shown: it may be a private key.
            Error(key, "holds PEM text, and must be a path", "Write the text to a file of its own, and give its path");
        }
    }

    private void CheckIdentity(TlsOptions tls)
    {
        RequireTogether(tls.KeyFile, ConfigKeys.KeyFile, tls.CertFile, ConfigKeys.CertFile);
        RequireTogether(tls.CertFile, ConfigKeys.CertFile, tls.KeyFile, ConfigKeys.KeyFile);
        if (tls.KeyPasswordFile is not null && tls.KeyFile is null)
        {
            Error(ConfigKeys.KeyPasswordFile, $"there is no '{ConfigKeys.KeyFile}' it could be for", $"Set '{ConfigKeys.KeyFile}', or remove it");
        }
    }

    private void RequireTogether(string? value, string key, string? other, string otherKey)
    {
        if (value is null && other is not null)
        {
            Error(key, $"required because '{otherKey}' is set", "Set both, or neither");
        }
    }

    private string? CheckServerName(string? name)
    {
        string? serverName = null;
        if (name is not null && !HostName.TryNormalise(name, out serverName, out _))
        {
            Error(ConfigKeys.ServerName, $"'{Excerpt.Of(name)}' is not a host name", "Write the name that stands in the server's certificate, without a port");
        }

        return serverName;
    }

    private void RequireBetween(TimeSpan value, TimeSpan least, TimeSpan most, string key)
    {
        if (value < least || value > most)
        {
            Error(key, $"{Duration.Format(value)} is out of range", $"From {Duration.Format(least)} to {Duration.Format(most)}");
        }
    }

    private void RequireDefined<T>(T value, string key)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            Error(key, $"'{value}' is not one of its values", $"Use {string.Join(" or ", Enum.GetNames<T>())}");
        }
    }

    private void Error(string key, string what, string fix) => origin.AddError(errors, $"{ConfigKeys.TlsConfig}.{key}", what, fix);
}
