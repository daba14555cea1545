namespace EndpointMtls.Dns;

/// <summary>What a server answered.</summary>
/// <param name="Code">How it went.</param>
/// <param name="IsTruncated">Whether it did not fit; then nothing else counts.</param>
/// <param name="IsFinal">Whether nothing more can be learned by asking others.</param>
/// <param name="Records">The records of the type that was asked for, of the name or of what it is an alias of.</param>
internal sealed record DnsReply(DnsCode Code, bool IsTruncated, bool IsFinal, IReadOnlyList<DnsRecord> Records)
{
    private const int Authoritative = 0x0400;
    private const int Truncated = 0x0200;
    private const int RecursionAvailable = 0x0080;

    /// <summary>Reads a message that <see cref="DnsQuery.IsAnsweredBy"/> has found to be an answer.</summary>
    /// <exception cref="MalformedMessageException">It breaks the rules.</exception>
    public static DnsReply Parse(ReadOnlySpan<byte> message, DnsQuestion question)
    {
        var reader = new DnsReader(message, position: 2);
        var flags = reader.ReadUInt16();
        var code = (DnsCode)(flags & 0xF);
        var (questions, answers, others) = (reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadUInt16() + reader.ReadUInt16());
        if ((flags & Truncated) != 0)
        {
            // Cut off anywhere: there is nothing in it to rely on.
            return new DnsReply(code, IsTruncated: true, IsFinal: false, Records: []);
        }

        for (var i = 0; i < questions; i++)
        {
            reader.ReadName();
            reader.ReadUInt32();
        }

        var records = new List<DnsRecord>();
        for (var i = 0; i < answers; i++)
        {
            if (RecordReader.Read(ref reader) is { } record)
            {
                records.Add(record);
            }
        }

        for (var i = 0; i < others; i++)
        {
            code |= (DnsCode)RecordReader.SkipForCode(ref reader);
        }

        var names = NamesOf(question.Name, records);
        records.RemoveAll(record => record.Type != question.Type || !names.Contains(record.Owner));
        return new DnsReply(code, IsTruncated: false, SaysAll(flags, code, names.Count > 1, records.Count), records);
    }

    // A server that only points to others has not said that there is nothing. NXDOMAIN is about the last of the names.
    private static bool SaysAll(int flags, DnsCode code, bool hasAlias, int records) =>
        records > 0 || code != DnsCode.NoError || (flags & RecursionAvailable) != 0 || ((flags & Authoritative) != 0 && !hasAlias);

    // The name that was asked for, and what it is called besides. Each name counts once, so a ring of aliases comes to an end.
    private static HashSet<string> NamesOf(string name, List<DnsRecord> records)
    {
        var targets = new Dictionary<string, string>();
        foreach (var alias in records.OfType<AliasRecord>())
        {
            targets.TryAdd(alias.Owner, alias.Target);
        }

        var names = new HashSet<string> { name };
        while (targets.TryGetValue(name, out var target) && names.Add(target))
        {
            name = target;
        }

        return names;
    }
}
