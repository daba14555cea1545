namespace EndpointMtls.Dns;

/// <summary>The response of a name server.</summary>
/// <param name="Code">The response code.</param>
/// <param name="IsTruncated">Whether the response did not fit; all other values are then meaningless.</param>
/// <param name="IsConclusive">Whether the response answers the question: it is not a referral to other servers.</param>
/// <param name="Records">The records of the requested type, of the requested name or of its aliases.</param>
internal sealed record DnsResponse(DnsResponseCode Code, bool IsTruncated, bool IsConclusive, IReadOnlyList<DnsRecord> Records)
{
    private const int Authoritative = 0x0400;
    private const int Truncated = 0x0200;
    private const int RecursionAvailable = 0x0080;

    /// <summary>Reads a message for which <see cref="DnsQuery.IsAnsweredBy"/> returns <see langword="true"/>.</summary>
    /// <exception cref="MalformedMessageException">The message is malformed.</exception>
    public static DnsResponse Parse(ReadOnlySpan<byte> message, DnsQuestion question)
    {
        var reader = new DnsReader(message, position: 2);
        var flags = reader.ReadUInt16();
        var code = (DnsResponseCode)(flags & 0xF);
        var (questions, answers, others) = (reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadUInt16() + reader.ReadUInt16());
        if ((flags & Truncated) != 0)
        {
            // The message may end anywhere, so no record is used.
            return new DnsResponse(code, IsTruncated: true, IsConclusive: false, Records: []);
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
            code |= (DnsResponseCode)RecordReader.SkipAndReadExtendedCode(ref reader);
        }

        var names = AliasesOf(question.Name, records);
        records.RemoveAll(record => record.Type != question.Type || !names.Contains(record.Owner));
        var isConclusive = Concludes(flags, code, names.Count > 1, records.Count);
        return new DnsResponse(code, IsTruncated: false, isConclusive, records);
    }

    // A referral does not say that there are no records. NXDOMAIN is about the last of the aliases.
    private static bool Concludes(int flags, DnsResponseCode code, bool hasAlias, int records) =>
        records > 0
        || code != DnsResponseCode.NoError
        || (flags & RecursionAvailable) != 0
        || ((flags & Authoritative) != 0 && !hasAlias);

    // The name itself, and its aliases in turn. Each name is used once, so a loop of aliases ends.
    private static HashSet<string> AliasesOf(string name, List<DnsRecord> records)
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
