using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace EndpointMtls.Addressing;

/// <summary>Address ranges by the length of their prefix: a search takes one step for each length in use, at most 128.</summary>
internal sealed class NetworkIndex
{
    private const int Bits = 128;

    private readonly SortedList<int, Dictionary<UInt128, PortRanks>> _v4 = [];
    private readonly SortedList<int, Dictionary<UInt128, PortRanks>> _v6 = [];

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

    /// <summary>The first range that holds an address, or all addresses that share a prefix with it.</summary>
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

    // Aligned to the left, so that a prefix is the same bits in either family.
    private static UInt128 ToBits(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[Bits / 8];
        bytes.Clear();
        address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    // A shift by the full width would shift by nothing.
    private static UInt128 Prefix(UInt128 bits, int length) => length == 0 ? 0 : bits >> (Bits - length);
}
