using System.Security.Cryptography;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Files;
using EndpointMtls.Text;

namespace EndpointMtls.Certificates;

/// <summary>Reports the errors in the files of a realm, each at the key that names the file.</summary>
internal sealed class FileErrors(RealmDefinition realm, ConfigurationErrors errors)
{
    /// <summary>Returns what <paramref name="read"/> returns, or <see langword="null"/> after it has reported an error.</summary>
    public T? Try<T>(string key, string path, Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (FileException exception)
        {
            // A path without a file may be the password itself. Errors must not contain it, nor a part of it.
            var code = exception.IsUnwritten ? ErrorCode.UnwrittenFile : ErrorCode.UnusableFile;
            if (key == ConfigKeys.KeyPasswordFile && exception.IsMissing)
            {
                Add(key, "the file that this key names does not exist", "Check the path", code);
            }
            else
            {
                var isSecret = key == ConfigKeys.KeyPasswordFile && !File.Exists(path);
                Add(key, $"{(isSecret ? "the file that this key names" : $"'{path}'")} {exception.Message}", exception.Fix, code);
            }

            return null;
        }
        catch (CryptographicException exception)
        {
            // .NET parses an extension of a certificate when it is first read.
            Add(key, $"'{path}' has a broken certificate: {ExceptionText.Of(exception)}", "Write the file again");
            return null;
        }
    }

    public void Add(string key, string what, string fix, ErrorCode code = ErrorCode.UnusableFile) =>
        realm.Origin.AddError(
            errors, code, realm.KeyOf(key), $"{(realm.Tls!.IsServer ? "server" : "realm")} '{realm.Name}': {what}", fix);
}
