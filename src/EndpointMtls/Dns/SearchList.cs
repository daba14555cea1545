namespace EndpointMtls.Dns;

/// <summary>Resolves names with the search list, in the order of glibc.</summary>
internal sealed class SearchList(DnsClient client, Func<DnsSettings> settings)
{
    /// <summary>Returns the records of the first name that has any; empty if no name has any.</summary>
    /// <exception cref="DnsException">No name has records, and the lookup of at least one of them failed.</exception>
    /// <exception cref="ArgumentException">The name is not a valid DNS name.</exception>
    public async Task<IReadOnlyList<DnsRecord>> ResolveAsync(string name, DnsType type, CancellationToken cancellationToken)
    {
        var question = new DnsQuestion(name, type);
        var current = settings();
        var failures = new List<DnsException>();
        foreach (var candidate in Candidates(question, isAbsolute: name.EndsWith('.'), current))
        {
            try
            {
                if (await client.QueryAsync(candidate, current, cancellationToken).ConfigureAwait(false) is { Count: > 0 } records)
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
            _ => throw new DnsException(
                string.Join("; ", failures.Select(failure => failure.Problem)), current.Advice, new AggregateException(failures)),
        };
    }

    private static IEnumerable<DnsQuestion> Candidates(DnsQuestion question, bool isAbsolute, DnsSettings settings)
    {
        if (isAbsolute)
        {
            return [question];
        }

        // A name can be too long for DNS with the domain appended.
        var searched = settings.SearchDomains
            .Select(domain => $"{question.Name}.{domain}")
            .Where(name => DnsName.FindProblem(name) is null)
            .Select(name => new DnsQuestion(name, question.Type));
        return question.Name.Count(c => c == '.') >= settings.Ndots ? searched.Prepend(question) : searched.Append(question);
    }
}
