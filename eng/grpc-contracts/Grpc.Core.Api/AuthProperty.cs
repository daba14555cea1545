using System.Text;

namespace Grpc.Core;

/// <summary>One fact about the other side of a call.</summary>
public class AuthProperty
{
    private readonly byte[] _value;

    private AuthProperty(string name, byte[] value)
    {
        Name = name;
        _value = value;
    }

    /// <summary>What the fact is about.</summary>
    public string Name { get; }

    /// <summary>The fact as text.</summary>
    public string Value => Encoding.UTF8.GetString(_value);

    /// <summary>The fact as bytes; a copy each time.</summary>
    public byte[] ValueBytes => [.. _value];

    /// <summary>Creates a property that keeps a copy of the bytes.</summary>
    public static AuthProperty Create(string name, byte[] valueBytes)
    {
        ArgumentNullException.ThrowIfNull(valueBytes);
        ArgumentNullException.ThrowIfNull(name);
        return new AuthProperty(name, [.. valueBytes]);
    }
}
