using System.Globalization;
using EndpointMtls.Documents;

namespace EndpointMtls.Tests.Documents;

/// <summary>Which errors and warnings are kept, and how they are counted.</summary>
public sealed class ConfigurationErrorsTests
{
    [Test]
    public void Keeps_one_of_several_equal_errors_and_warnings()
    {
        var (errors, more) = (new ConfigurationErrors(), new ConfigurationErrors());
        foreach (var each in new[] { errors, errors, more })
        {
            each.Add(ErrorCode.InvalidValue, "a", null, "wrong");
            each.Warn(ErrorCode.NoEffect, "a", null, "doubtful");
        }

        errors.AddRange(more);

        errors.Lines.Should().Equal("a: wrong.");
        errors.Warnings.Single().ToString().Should().Be("a: doubtful.");
        errors.Count.Should().Be(1);
    }

    [Test]
    public void Counts_errors_above_a_thousand_without_their_texts()
    {
        var errors = new ConfigurationErrors();
        for (var index = 0; index < 1001; index++)
        {
            errors.Add(ErrorCode.InvalidValue, index.ToString(CultureInfo.InvariantCulture), null, "wrong");
        }

        errors.Add(ErrorCode.InvalidValue, "0", null, "wrong");

        errors.Count.Should().Be(1002);
        errors.IsFull.Should().BeTrue();
        errors.Lines.Last().Should().Be("… and 2 more.");
    }
}
