namespace EndpointMtls.Comparisons.Measuring;

/// <summary>What the rounds of a run came to: the middle one, and the two between which half of them lie.</summary>
internal readonly record struct Spread(double Low, double Median, double High)
{
    public static Spread Of(IEnumerable<double> rounds)
    {
        var sorted = rounds.Order().ToArray();
        return new Spread(At(0.25), At(0.5), At(0.75));

        // Between two rounds, a part of the way from the one to the other.
        double At(double share)
        {
            var place = share * (sorted.Length - 1);
            var (below, above) = (sorted[(int)place], sorted[(int)Math.Ceiling(place)]);
            return below + ((above - below) * (place - Math.Floor(place)));
        }
    }

    /// <summary>How much the one is of the other, round by round: what slows a whole round down slows both.</summary>
    public static Spread OfRatios(IEnumerable<double> ours, IEnumerable<double> theirs) => Of(ours.Zip(theirs, (a, b) => a / b));
}
