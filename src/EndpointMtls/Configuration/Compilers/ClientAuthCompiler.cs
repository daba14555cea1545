using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Compilers;

/// <summary>Checks the options of a server about client certificates. An option that would not be enforced is an error.</summary>
/// <param name="errors">Receives errors.</param>
/// <param name="origin">The place that the server was read from.</param>
/// <param name="isRead">Whether all keys were read without errors. Only then is a missing key reported.</param>
internal sealed class ClientAuthCompiler(ConfigurationErrors errors, RealmOrigin origin, bool isRead)
{
    private const string RequireVerified = $"Set '{ConfigKeys.ClientAuthType}: {nameof(ClientAuthType.RequireAndVerifyClientCert)}'";

    private readonly OptionChecks _checks = new(errors, origin, prefix: "");

    /// <returns>How client certificates are requested and verified. Meaningless if there were errors.</returns>
    public ClientAuthType Compile(ServerTlsOptions options)
    {
        var isWrong = errors.AnyAt($"{origin.Path}.{ConfigKeys.ClientAuthType}")
            || !Enum.IsDefined(options.OnClientCertExpired) || !Enum.IsDefined(options.OnTrustRemoved);
        var (usesRealm, hasCaFile) = (options.Realm is not null, options.ClientCaFile.Count > 0);
        var type = options.ClientAuthType ?? (usesRealm ? ClientAuthType.RequireAndVerifyClientCert : ClientAuthType.NoClientCert);
        if (isWrong)
        {
            return type;
        }

        if (options.ClientAuthType is null && hasCaFile && !usesRealm)
        {
            if (isRead)
            {
                _checks.Error(
                    ErrorCode.Required, ConfigKeys.ClientAuthType, $"required because '{ConfigKeys.ClientCaFile}' is set",
                    $"{RequireVerified} to accept only verified clients, or "
                    + $"'{nameof(ClientAuthType.VerifyClientCertIfGiven)}' to accept clients without a certificate as well");
            }

            return type;
        }

        if (!usesRealm)
        {
            CheckCaFile(type, hasCaFile);
        }

        CheckRestriction(options.ClientAllowedSans, ConfigKeys.ClientAllowedSans, type);
        CheckRestriction(options.ClientPins, ConfigKeys.ClientPins, type);
        CheckActions(options, type);
        return type;
    }

    /// <summary>Whether the certificate of a client is verified if the client sends one.</summary>
    public static bool Verifies(ClientAuthType type) =>
        type is ClientAuthType.VerifyClientCertIfGiven or ClientAuthType.RequireAndVerifyClientCert;

    private void CheckCaFile(ClientAuthType type, bool hasCaFile)
    {
        if (hasCaFile && !Verifies(type))
        {
            _checks.Error(
                ErrorCode.Conflict, ConfigKeys.ClientAuthType,
                type == ClientAuthType.RequireAnyClientCert
                    ? $"'{type}' accepts any certificate, even a self-signed one, so '{ConfigKeys.ClientCaFile}' would have no effect"
                    : $"'{type}' does not verify client certificates, so '{ConfigKeys.ClientCaFile}' would have no effect",
                $"{RequireVerified}, or remove '{ConfigKeys.ClientCaFile}'");
        }
        else if (!hasCaFile && Verifies(type) && isRead)
        {
            _checks.Error(
                ErrorCode.Required, ConfigKeys.ClientCaFile, $"required because '{ConfigKeys.ClientAuthType}' is '{type}'",
                "Set it to the file with the CA certificates of the clients");
        }
    }

    private void CheckRestriction(IList<string> values, string key, ClientAuthType type)
    {
        if (values.Count > 0 && type != ClientAuthType.RequireAndVerifyClientCert)
        {
            _checks.Error(
                ErrorCode.Conflict, key,
                type == ClientAuthType.VerifyClientCertIfGiven
                    ? $"cannot be combined with '{ConfigKeys.ClientAuthType}: {type}': a client without a certificate would be accepted"
                    : $"has no effect with '{type}', which does not verify client certificates",
                $"{RequireVerified}, or remove '{key}'");
        }
    }

    private void CheckActions(ServerTlsOptions options, ClientAuthType type)
    {
        if (!Verifies(type))
        {
            RejectClose(options.OnClientCertExpired == ClientConnectionAction.Close, ConfigKeys.OnClientCertExpired);
            RejectClose(options.OnTrustRemoved == ClientConnectionAction.Close, ConfigKeys.OnTrustRemoved);
        }

        void RejectClose(bool isSet, string key)
        {
            if (isSet)
            {
                _checks.Error(
                    ErrorCode.Conflict, key, $"'close' has no effect with '{type}', which does not verify client certificates",
                    $"{RequireVerified}, or remove '{key}'");
            }
        }
    }
}
