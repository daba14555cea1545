using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Compilers;

/// <summary>Checks the name of a realm, which logs and metrics show as it stands.</summary>
internal static class RealmName
{
    /// <param name="name">The name.</param>
    /// <param name="whose">What bears it.</param>
    /// <param name="origin">Where it was read from.</param>
    /// <param name="errors">Takes what is wrong.</param>
    public static bool Check(string name, string whose, RealmOrigin origin, ConfigurationErrors errors)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            origin.AddError(errors, ErrorCode.InvalidValue, ConfigKeys.Name, "is empty", $"Give the {whose} a name, or remove the key");
        }
        else if (name.Any(char.IsControl))
        {
            origin.AddError(errors, ErrorCode.InvalidValue, ConfigKeys.Name, $"'{Snippet.Truncate(name)}' has a character that a log would obey", "Use letters, digits and dashes");
        }
        else
        {
            return true;
        }

        return false;
    }
}
