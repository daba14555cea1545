using System.Text;

namespace Grpc.Core;

public sealed partial class Metadata
{
    /// <summary>One key with a text or, if the key ends in <see cref="BinaryHeaderSuffix"/>, with bytes.</summary>
    public class Entry
    {
        private readonly string? _value;
        private readonly byte[]? _valueBytes;

        /// <summary>Creates an entry with bytes, of which it keeps a copy.</summary>
        public Entry(string key, byte[] valueBytes)
        {
            Key = Normalize(key, binary: true);
            ArgumentNullException.ThrowIfNull(valueBytes);
            _valueBytes = [.. valueBytes];
        }

        /// <summary>Creates an entry with a text.</summary>
        public Entry(string key, string value)
        {
            Key = Normalize(key, binary: false);
            ArgumentNullException.ThrowIfNull(value);
            _value = value;
        }

        /// <summary>The key in lower case.</summary>
        public string Key { get; }

        /// <summary>The bytes, or the text in ASCII; a copy each time.</summary>
        public byte[] ValueBytes => _valueBytes is null ? Encoding.ASCII.GetBytes(_value!) : [.. _valueBytes];

        /// <summary>The text; throws if the value is bytes.</summary>
        public string Value => _value ?? throw new InvalidOperationException($"The value of '{Key}' is bytes; read ValueBytes.");

        /// <summary>Whether the value is bytes.</summary>
        public bool IsBinary => _value is null;

        /// <summary>Shows the key and the value.</summary>
        public override string ToString() =>
            IsBinary ? $"[Entry: key={Key}, valueBytes={_valueBytes}]" : $"[Entry: key={Key}, value={_value}]";

        internal bool HasKey(string key) => string.Equals(Key, key, StringComparison.OrdinalIgnoreCase);

        private static string Normalize(string key, bool binary)
        {
            ArgumentNullException.ThrowIfNull(key);
            if (!key.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
                throw new ArgumentException($"'{key}' is not a metadata key. Use ASCII letters, digits, '.', '_' and '-'.");

            var normalized = key.ToLowerInvariant();
            if (normalized.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal) != binary)
                throw new ArgumentException($"The suffix '{BinaryHeaderSuffix}' belongs to keys with bytes and only to them; the key is '{key}'.");

            return normalized;
        }
    }
}
