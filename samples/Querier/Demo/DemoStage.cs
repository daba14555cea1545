namespace Querier.Demo;

/// <summary>One stage of a rotation: the trusted root certificates of a realm, and the CA that issues its certificates.</summary>
internal sealed record DemoStage(IReadOnlyList<DemoCa> Trusted, DemoCa Issuer)
{
    /// <summary>Replaces the root repeatedly, in an order in which no handshake fails.</summary>
    public static IEnumerable<DemoStage> RootRollover(string name, TimeProvider time)
    {
        var root = DemoCa.CreateRoot(name, time);
        for (var number = 2; ; number++)
        {
            yield return new([root], root);

            var next = DemoCa.CreateRoot($"{name} {number}", time);
            yield return new([root, next], root); // First trust the new root,
            yield return new([root, next], next); // then issue certificates with it,
            root = next;                          // and then remove the old root.
        }
    }

    /// <summary>Keeps the root, and uses a new intermediate CA at every third stage.</summary>
    public static IEnumerable<DemoStage> NewIntermediates(string name, TimeProvider time)
    {
        var root = DemoCa.CreateRoot($"{name} Root", time);
        for (var number = 1; ; number++)
        {
            var intermediate = root.CreateIntermediate(number == 1 ? $"{name} Intermediate" : $"{name} Intermediate {number}");
            for (var stage = 0; stage < 3; stage++)
                yield return new([root], intermediate);
        }
    }
}
