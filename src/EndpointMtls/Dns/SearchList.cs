namespace EndpointMtls.Dns;

/// <summary>Looks a name up in the domains of the search list, in the order of the C library of Linux.</summary>
internal sealed class SearchList(DnsClient client, Func<DnsSettings> settings)
{
    /// <summary>The records of the first name that has any.</summary>
    /// <exception cref="DnsException">None has, and one could not be looked up: nobody knows whether it has.</exception>
    /// <exception cref="ArgumentException">No DNS server can be asked for such a name.</exception>
    public async Task<IReadOnlyList<DnsRecord>> FindAsync(string name, DnsType type, CancellationToken cancellationToken)
    {
        var asItIs = new DnsQuestion(name, type);
        var current = settings();
        var failures = new List<DnsException>();
        foreach (var question in Order(asItIs, isAbsolute: name.EndsWith('.'), current))
        {
            try
            {
                if (await client.AskAsync(question, current, cancellationToken).ConfigureAwait(false) is { Count: > 0 } records)
                {
                    return records;
                }
            }
            catch (DnsException exception)
            {
                failures.Add(exception);
            }
        }

        return failures switch
        {
            [] => [],
            [var failure] => throw failure,
            _ => throw new DnsException(string.Join(' ', failures.Select(failure => failure.Message)), new AggregateException(failures)),
        };
    }

    private static IEnumerable<DnsQuestion> Order(DnsQuestion asItIs, bool isAbsolute, DnsSettings settings)
    {
        if (isAbsolute)
        {
            return [asItIs];
        }

        // In a long domain there can be no such name.
        var searched = settings.Search
            .Select(domain => $"{asItIs.Name}.{domain}")
            .Where(name => DnsName.ProblemOf(name) is null)
            .Select(name => new DnsQuestion(name, asItIs.Type));
        return asItIs.Name.Count(c => c == '.') >= settings.Dots ? searched.Prepend(asItIs) : searched.Append(asItIs);
    }
}
