using System.Security.Authentication;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Model;

/// <summary>Checks of option values. Each adds an error under a key.</summary>
/// <param name="errors">Takes what is wrong.</param>
/// <param name="origin">Where it was read from.</param>
/// <param name="prefix">What stands before each key.</param>
internal sealed class OptionChecks(ConfigurationErrors errors, RealmOrigin origin, string prefix)
{
    public void Error(ErrorCode code, string key, string problem, string fix) => origin.AddError(errors, code, prefix + key, problem, fix);

    public void CheckPaths(IList<string> paths, string key)
    {
        for (var index = 0; index < paths.Count; index++)
        {
            CheckPath(paths[index] ?? "", paths.Count == 1 ? key : $"{key}[{index}]");
        }
    }

    /// <summary>A certificate comes with its key.</summary>
    public void CheckIdentity(string? certFile, string? keyFile, string? keyPasswordFile)
    {
        RequireTogether(keyFile, ConfigKeys.KeyFile, certFile, ConfigKeys.CertFile);
        RequireTogether(certFile, ConfigKeys.CertFile, keyFile, ConfigKeys.KeyFile);
        if (keyPasswordFile is not null && keyFile is null)
        {
            Error(ErrorCode.Conflict, ConfigKeys.KeyPasswordFile, $"there is no '{ConfigKeys.KeyFile}' it could be for", $"Set '{ConfigKeys.KeyFile}', or remove it");
        }
    }

    public void CheckVersion(SslProtocols version, string key)
    {
        if (version is not (SslProtocols.Tls12 or SslProtocols.Tls13))
        {
            Error(ErrorCode.InvalidValue, key, $"'{version}' is not a TLS version we accept", "Use Tls12 or Tls13");
        }
    }

    public void RequireBetween(TimeSpan value, TimeSpan least, TimeSpan most, string key)
    {
        if (value < least || value > most)
        {
            Error(ErrorCode.OutOfRange, key, $"{Duration.Format(value)} is out of range", $"From {Duration.Format(least)} to {Duration.Format(most)}");
        }
    }

    public void RequireDefined<T>(T value, string key)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            Error(ErrorCode.InvalidValue, key, $"'{value}' is not one of its values", $"Use {string.Join(" or ", Enum.GetNames<T>())}");
        }
    }

    public void CheckPath(string? path, string key)
    {
        if (path is not null && string.IsNullOrWhiteSpace(path))
        {
            Error(ErrorCode.InvalidValue, key, "is empty", "Give a path, or remove the key");
        }
        else if (path?.Contains("-----BEGIN", StringComparison.Ordinal) == true)
        {
            // Not shown: it may be a private key.
            Error(ErrorCode.InvalidValue, key, "holds PEM text, and must be a path", "Write the text to a file of its own, and give its path");
        }
    }

    private void RequireTogether(string? value, string key, string? other, string otherKey)
    {
        if (value is null && other is not null)
        {
            Error(ErrorCode.Conflict, key, $"required because '{otherKey}' is set", "Set both, or neither");
        }
    }
}
