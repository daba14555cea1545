using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Compilers;

/// <summary>Checks the name of a realm or a server. Logs and metrics show it unchanged.</summary>
internal static class RealmNameCheck
{
    /// <param name="name">The name.</param>
    /// <param name="kind">What has the name: <c>realm</c> or <c>server</c>.</param>
    /// <param name="origin">The place that it was read from.</param>
    /// <param name="errors">Receives errors.</param>
    public static bool IsValid(string name, string kind, RealmOrigin origin, ConfigurationErrors errors)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            origin.AddError(errors, ErrorCode.InvalidValue, ConfigKeys.Name, "is empty", $"Give the {kind} a name, or remove the key");
        }
        else if (name.Any(char.IsControl))
        {
            origin.AddError(
                errors, ErrorCode.InvalidValue, ConfigKeys.Name, $"'{Snippet.Truncate(name)}' contains a control character",
                "Use letters, digits and dashes");
        }
        else
        {
            return true;
        }

        return false;
    }
}
