using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Compilers;

/// <summary>Compiles the TLS options of a realm into a definition. Exactly one option specifies how servers are verified.</summary>
internal sealed class TlsCompiler(ConfigurationErrors errors, RealmOrigin origin)
{
    public const string PlaintextConflict = $"cannot be combined with '{ConfigKeys.Enabled}: false'";
    public const string PlaintextConflictFix = $"Remove this key for plaintext, or '{ConfigKeys.Enabled}: false' for TLS";

    private const string EitherRoots =
        $"Remove one of the two: servers are verified either by '{ConfigKeys.CaFile}' or by the system roots";

    private const string EitherVerification =
        $"Remove one of the two: '{ConfigKeys.InsecureSkipVerify}' disables the verification of servers";

    private static readonly string[] KeysOfVerification =
    [
        ConfigKeys.CaFile, ConfigKeys.CrlFile, ConfigKeys.CrlMode, ConfigKeys.UseSystemRoots, ConfigKeys.VerifyCommonName,
        ConfigKeys.ServerAllowedSans, ConfigKeys.Pins,
    ];

    private readonly OptionChecks _checks = new(errors, origin, $"{ConfigKeys.TlsConfig}.");

    /// <returns><see langword="null"/> for plaintext.</returns>
    public TlsDefinition? Compile(TlsOptions tls)
    {
        if (!tls.Enabled)
        {
            RejectPlaintextConflicts(tls);
            return null;
        }

        CheckTrust(tls);
        OptionTables.Tls.Check(_checks, tls);
        var options = OptionTables.Tls.Copy(tls);
        options.ServerName = CheckServerName(tls.ServerName);
        return new TlsDefinition(options);
    }

    // For documents, TlsReader has reported these, including keys that are set to their defaults.
    private void RejectPlaintextConflicts(TlsOptions tls)
    {
        if (errors.AnyAt($"{origin.Path}.{ConfigKeys.TlsConfig}"))
        {
            return;
        }

        foreach (var key in OptionTables.Tls.KeysSet(tls).Where(key => key != ConfigKeys.Enabled))
        {
            Error(ErrorCode.Conflict, key, PlaintextConflict, PlaintextConflictFix);
        }
    }

    private void CheckTrust(TlsOptions tls)
    {
        var hasCaFile = tls.CaFile.Count > 0;
        if (!hasCaFile && !tls.UseSystemRoots && !tls.InsecureSkipVerify && !errors.AnyAt($"{origin.Path}.{ConfigKeys.TlsConfig}"))
        {
            Error(
                ErrorCode.Required, ConfigKeys.CaFile, "required",
                $"Set it to the file with the CA certificates of the servers, or set '{ConfigKeys.UseSystemRoots}: true'");
        }

        RejectBoth(hasCaFile && tls.UseSystemRoots, ConfigKeys.UseSystemRoots, ConfigKeys.CaFile, EitherRoots);
        foreach (var key in OptionTables.Tls.KeysSet(tls).Intersect(KeysOfVerification))
        {
            RejectBoth(tls.InsecureSkipVerify, ConfigKeys.InsecureSkipVerify, key, EitherVerification);
        }

        RejectBoth(
            tls.VerifyCommonName && tls.ServerAllowedSans.Count > 0 && tls.ServerName is null,
            ConfigKeys.VerifyCommonName, ConfigKeys.ServerAllowedSans,
            $"Remove one of the two, or set '{ConfigKeys.ServerName}': the patterns are not compared with common names");

        void RejectBoth(bool areBoth, string key, string other, string fix)
        {
            if (areBoth)
            {
                Error(ErrorCode.Conflict, key, $"cannot be combined with '{other}'", fix);
            }
        }
    }

    private string? CheckServerName(string? name)
    {
        string? serverName = null;
        if (name is not null && !HostName.TryNormalise(name, out serverName, out _))
        {
            var hasZone = HostName.TryNormalise(HostName.WithoutZone(name), out _, out _);
            _checks.Invalid(
                ConfigKeys.ServerName, name, "is not a host name",
                hasZone ? "Remove the zone" : "Set it to the name in the server's certificate, without a port",
                hasZone ? "a certificate has no IPv6 zone" : null);
        }

        return serverName;
    }

    private void Error(ErrorCode code, string key, string problem, string fix) => _checks.Error(code, key, problem, fix);
}
