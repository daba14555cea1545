using System.Security.Authentication;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Model;

/// <summary>Checks option values. Each check adds its error under a key.</summary>
/// <param name="errors">Receives errors.</param>
/// <param name="origin">The place that the options were read from.</param>
/// <param name="prefix">The path in front of each key, with a dot; may be empty.</param>
internal sealed class OptionChecks(ConfigurationErrors errors, RealmOrigin origin, string prefix)
{
    public const string FixForSize = "Use a size from 1 byte to 2147483647 bytes";

    public void Error(ErrorCode code, string key, string problem, string? fix) =>
        origin.AddError(errors, code, prefix + key, problem, fix);

    /// <inheritdoc cref="RealmOrigin.AddInvalid"/>
    public void Invalid(string key, string text, string problem, string? fix, string? reason = null) =>
        origin.AddInvalid(errors, prefix + key, text, problem, fix, reason);

    public void CheckPaths(IList<string> paths, string key)
    {
        for (var index = 0; index < paths.Count; index++)
        {
            CheckPath(paths[index] ?? "", paths.Count == 1 ? key : $"{key}[{index}]");
        }
    }

    public void CheckSanPatterns(IList<string> patterns, string key)
    {
        foreach (var (index, text) in patterns.Index())
        {
            if (!SanPattern.TryParse(text, out _, out var problem))
            {
                var isDistinguishedName = text?.Contains('=') == true;
                Invalid(
                    $"{key}[{index}]", text ?? "", "is not a pattern",
                    isDistinguishedName ? "Write a DNS name, a URI, an IP address or an e-mail address of the certificate" : null,
                    isDistinguishedName ? "subjects are not compared, only subject alternative names" : problem);
            }
        }
    }

    /// <summary>Requires well-formed pins. Warns of a single one.</summary>
    public void CheckKeyPins(IList<string> pins, string key)
    {
        foreach (var (index, text) in pins.Index())
        {
            if (!KeyPin.TryParse(text, out _))
            {
                Invalid(
                    $"{key}[{index}]", text ?? "", "is not a pin",
                    "Write 'sha256/' and the Base64 of the SHA-256 of the public key (SubjectPublicKeyInfo)");
            }
        }

        if (pins.Distinct().Count() == 1)
        {
            origin.AddWarning(
                errors, ErrorCode.Risky, prefix + key, "has a single pin: if that key is lost, every connection fails until this changes",
                "Add the pin of a backup key, or of the CA");
        }
    }

    /// <summary>Requires certificate and private key together, and a private key for a password.</summary>
    public void CheckIdentity(string? certFile, string? keyFile, string? keyPasswordFile)
    {
        RequireTogether(keyFile, ConfigKeys.KeyFile, certFile, ConfigKeys.CertFile);
        RequireTogether(certFile, ConfigKeys.CertFile, keyFile, ConfigKeys.KeyFile);
        if (keyPasswordFile is not null && keyFile is null)
        {
            Error(
                ErrorCode.Conflict, ConfigKeys.KeyPasswordFile, $"requires '{ConfigKeys.KeyFile}'",
                $"Set '{ConfigKeys.KeyFile}', or remove '{ConfigKeys.KeyPasswordFile}'");
        }
    }

    /// <summary>Requires CRLs for a mode that needs them.</summary>
    public void CheckCrlMode(CrlMode mode, string key, IList<string> files, string fileKey)
    {
        if (mode != CrlMode.Prefer && files.Count == 0)
        {
            Error(ErrorCode.Conflict, key, $"requires '{fileKey}'", $"Set '{fileKey}', or remove '{key}'");
        }
    }

    /// <summary>Requires CA certificates for the CRLs of clients.</summary>
    public void CheckClientCrls(ServerTlsOptions server)
    {
        if (server.ClientCrlFile.Count > 0 && server.ClientCaFile.Count == 0)
        {
            Error(
                ErrorCode.Conflict, ConfigKeys.ClientCrlFile, $"requires '{ConfigKeys.ClientCaFile}'",
                $"Set '{ConfigKeys.ClientCaFile}', or remove '{ConfigKeys.ClientCrlFile}'");
        }
    }

    public void CheckVersion(SslProtocols version, string key)
    {
        if (version is not (SslProtocols.Tls12 or SslProtocols.Tls13))
        {
            Error(ErrorCode.InvalidValue, key, $"'{version}' is not a valid value", Suggestions.OneOf(["Tls12", "Tls13"]));
        }
    }

    public void RequireBetween(TimeSpan value, TimeSpan least, TimeSpan most, string key)
    {
        if (value < least || value > most)
        {
            Error(
                ErrorCode.OutOfRange, key, $"'{Duration.Format(value)}' is out of range",
                $"Use a duration from {Duration.Format(least)} to {Duration.Format(most)}");
        }
    }

    public void RequirePositive(int value, string key)
    {
        if (value <= 0)
        {
            Error(ErrorCode.OutOfRange, key, $"'{value}' is out of range", FixForSize);
        }
    }

    public void RequireDefined<T>(T value, string key)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            Error(ErrorCode.InvalidValue, key, $"'{value}' is not a valid value", Suggestions.OneOf(Enum.GetNames<T>()));
        }
    }

    public void CheckPath(string? path, string key)
    {
        if (path is not null && string.IsNullOrWhiteSpace(path))
        {
            Error(ErrorCode.InvalidValue, key, "is empty", $"Set a path, or remove the {(key.EndsWith(']') ? "item" : "key")}");
        }
        else if (path?.Contains('\0', StringComparison.Ordinal) == true)
        {
            Error(ErrorCode.InvalidValue, key, "contains a null character", "Remove it");
        }
        else if (path?.Contains("-----BEGIN", StringComparison.Ordinal) == true)
        {
            // The value may be a private key, so the error does not show it.
            Error(
                ErrorCode.InvalidValue, key, "contains PEM text, but must be a path",
                "Save the text in a file, and set the path of that file");
        }
    }

    private void RequireTogether(string? value, string key, string? other, string otherKey)
    {
        if (value is null && other is not null)
        {
            Error(ErrorCode.Required, key, $"required because '{otherKey}' is set", "Set both, or neither");
        }
    }
}
