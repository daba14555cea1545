using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Compilers;

/// <summary>Checks what a server says about its clients: a rule that nobody would enforce is an error.</summary>
/// <param name="errors">Takes what is wrong.</param>
/// <param name="origin">Where the server was read from.</param>
/// <param name="isRead">Whether every key was understood, so that what is missing is.</param>
internal sealed class ClientAuthCompiler(ConfigurationErrors errors, RealmOrigin origin, bool isRead)
{
    private const string LetInVerified = $"Write '{ConfigKeys.ClientAuthType}: {nameof(ClientAuthType.RequireAndVerifyClientCert)}'";

    private readonly OptionChecks _checks = new(errors, origin, prefix: "");

    /// <returns>What is demanded of clients; nothing to go by if there were errors.</returns>
    public ClientAuthType Compile(ServerTlsOptions options)
    {
        var isWrong = errors.AnyAt($"{origin.Path}.{ConfigKeys.ClientAuthType}")
            || !Enum.IsDefined(options.OnClientCertExpired) || !Enum.IsDefined(options.OnTrustRemoved);
        var (isBound, hasAuthorities) = (options.Realm is not null, options.ClientCaFile.Count > 0);
        var type = options.ClientAuthType ?? (isBound ? ClientAuthType.RequireAndVerifyClientCert : ClientAuthType.NoClientCert);
        if (isWrong)
        {
            return type;
        }

        if (options.ClientAuthType is null && hasAuthorities && !isBound)
        {
            if (isRead)
            {
                _checks.Error(
                    ErrorCode.Conflict, ConfigKeys.ClientAuthType, $"required because '{ConfigKeys.ClientCaFile}' is set",
                    $"{LetInVerified} to let in only whom it vouches for, or '{nameof(ClientAuthType.VerifyClientCertIfGiven)}' to let in clients without a certificate as well");
            }

            return type;
        }

        if (!isBound)
        {
            CheckAuthorities(type, hasAuthorities);
        }

        CheckAllowedSans(options, type);
        CheckActions(options, type);
        return type;
    }

    /// <summary>Whether a client that sends a certificate must be known.</summary>
    public static bool Verifies(ClientAuthType type) => type is ClientAuthType.VerifyClientCertIfGiven or ClientAuthType.RequireAndVerifyClientCert;

    private void CheckAuthorities(ClientAuthType type, bool hasAuthorities)
    {
        if (hasAuthorities && !Verifies(type))
        {
            _checks.Error(
                ErrorCode.Conflict, ConfigKeys.ClientAuthType,
                type == ClientAuthType.RequireAnyClientCert
                    ? $"'{type}' lets in whoever makes a certificate for himself, and nobody would be verified by '{ConfigKeys.ClientCaFile}'"
                    : $"with '{type}' nobody would be verified by '{ConfigKeys.ClientCaFile}'",
                $"{LetInVerified}, or remove '{ConfigKeys.ClientCaFile}'");
        }
        else if (!hasAuthorities && Verifies(type) && isRead)
        {
            _checks.Error(ErrorCode.Conflict, ConfigKeys.ClientCaFile, $"required because '{ConfigKeys.ClientAuthType}' is '{type}'", "Give the file with the certificate authorities that vouch for clients");
        }
    }

    private void CheckAllowedSans(ServerTlsOptions options, ClientAuthType type)
    {
        if (options.ClientAllowedSans.Count > 0 && type != ClientAuthType.RequireAndVerifyClientCert)
        {
            _checks.Error(
                ErrorCode.Conflict, ConfigKeys.ClientAllowedSans,
                type == ClientAuthType.VerifyClientCertIfGiven
                    ? $"keeps nobody out with '{type}': whoever is not listed only has to send no certificate"
                    : $"keeps nobody out with '{type}', which verifies nobody",
                $"{LetInVerified}, or remove it");
        }
    }

    private void CheckActions(ServerTlsOptions options, ClientAuthType type)
    {
        if (!Verifies(type))
        {
            Refuse(options.OnClientCertExpired == ClientCertificateExpiredAction.Close, ConfigKeys.OnClientCertExpired);
            Refuse(options.OnTrustRemoved == TrustRemovedAction.Close, ConfigKeys.OnTrustRemoved);
        }

        void Refuse(bool closes, string key)
        {
            if (closes)
            {
                _checks.Error(ErrorCode.Conflict, key, $"'close' has no effect with '{type}', which verifies nobody", $"{LetInVerified}, or remove it");
            }
        }
    }
}
