namespace EndpointMtls.Comparisons.Measuring;

/// <summary>The median and the quartiles of the rounds of a run.</summary>
internal readonly record struct Spread(double Low, double Median, double High)
{
    public static Spread Of(IEnumerable<double> rounds)
    {
        var sorted = rounds.Order().ToArray();
        return new Spread(At(0.25), At(0.5), At(0.75));

        // Interpolates linearly between two rounds.
        double At(double share)
        {
            var place = share * (sorted.Length - 1);
            var (below, above) = (sorted[(int)place], sorted[(int)Math.Ceiling(place)]);
            return below + ((above - below) * (place - Math.Floor(place)));
        }
    }

    /// <summary>The spread of the ratios by round: what slows down a whole round affects both values.</summary>
    public static Spread OfRatios(IEnumerable<double> ours, IEnumerable<double> theirs) => Of(ours.Zip(theirs, (a, b) => a / b));
}
