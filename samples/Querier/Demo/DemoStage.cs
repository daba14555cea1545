namespace Querier.Demo;

/// <summary>Whom a realm trusts for a while, and who issues its certificates.</summary>
internal sealed record DemoStage(IReadOnlyList<DemoAuthority> Trusted, DemoAuthority Issuer)
{
    /// <summary>Replaces the root again and again, in the order in which nobody is ever refused.</summary>
    public static IEnumerable<DemoStage> RootRollover(string name, TimeProvider time)
    {
        var root = DemoAuthority.CreateRoot(name, time);
        for (var number = 2; ; number++)
        {
            yield return new([root], root);

            var next = DemoAuthority.CreateRoot($"{name} {number}", time);
            yield return new([root, next], root); // Trust the new one first,
            yield return new([root, next], next); // then have it issue,
            root = next;                          // and only then forget the old one.
        }
    }

    /// <summary>Keeps the root, and puts a new intermediate under it at every third stage.</summary>
    public static IEnumerable<DemoStage> NewIntermediates(string name, TimeProvider time)
    {
        var root = DemoAuthority.CreateRoot($"{name} Root", time);
        for (var number = 1; ; number++)
        {
            var intermediate = root.CreateIntermediate(number == 1 ? $"{name} Intermediate" : $"{name} Intermediate {number}");
            for (var stage = 0; stage < 3; stage++)
                yield return new([root], intermediate);
        }
    }
}
