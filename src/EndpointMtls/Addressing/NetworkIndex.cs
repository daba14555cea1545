using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace EndpointMtls.Addressing;

/// <summary>Finds the first range that contains an IP address.</summary>
/// <remarks>Ranges are grouped by prefix length. A search makes one lookup for each length in use, at most 128.</remarks>
internal sealed class NetworkIndex
{
    private const int Bits = 128;

    private readonly SortedList<int, Dictionary<UInt128, PortRanks>> _v4 = [];
    private readonly SortedList<int, Dictionary<UInt128, PortRanks>> _v6 = [];

    /// <summary>Returns the ranks of a range, which is added if it is new.</summary>
    public ref PortRanks At(IPNetwork network)
    {
        var lengths = Of(network.BaseAddress);
        if (!lengths.TryGetValue(network.PrefixLength, out var networks))
        {
            lengths.Add(network.PrefixLength, networks = []);
        }

        var prefix = Prefix(ToBits(network.BaseAddress), network.PrefixLength);
        return ref CollectionsMarshal.GetValueRefOrAddDefault(networks, prefix, out _);
    }

    /// <summary>Returns the lowest rank of the ranges that contain an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="prefixLength">The longest prefix to compare, so that the ranges contain every address with this prefix.</param>
    /// <param name="port">The port; <see langword="null"/> to search only patterns for every port.</param>
    public int First(IPAddress address, int prefixLength, int? port)
    {
        var first = PortRanks.None;
        var lengths = Of(address);
        var bits = ToBits(address);
        for (var index = 0; index < lengths.Count && lengths.GetKeyAtIndex(index) <= prefixLength; index++)
        {
            if (lengths.GetValueAtIndex(index).TryGetValue(Prefix(bits, lengths.GetKeyAtIndex(index)), out var ranks))
            {
                first = Math.Min(first, ranks.On(port));
            }
        }

        return first;
    }

    private SortedList<int, Dictionary<UInt128, PortRanks>> Of(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? _v4 : _v6;

    // Left-aligned, so that a prefix is at the same bits in both families.
    private static UInt128 ToBits(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[Bits / 8];
        bytes.Clear();
        address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    // C# shifts by the count modulo 128, so a shift by 128 would change nothing.
    private static UInt128 Prefix(UInt128 bits, int length) => length == 0 ? 0 : bits >> (Bits - length);
}
