using System.Globalization;
using EndpointMtls.Documents;

namespace EndpointMtls.Tests.Documents;

/// <summary>Each thing is told once, by whatever way it comes.</summary>
public sealed class ConfigurationErrorsTests
{
    [Test]
    public void What_is_said_twice_is_told_once()
    {
        var (errors, more) = (new ConfigurationErrors(), new ConfigurationErrors());
        foreach (var each in new[] { errors, errors, more })
        {
            each.Add(ErrorCode.InvalidValue, "a", null, "wrong");
            each.Warn(ErrorCode.NoEffect, "a", null, "strange");
        }

        errors.AddRange(more);

        errors.Lines.Should().Equal("a: wrong.");
        errors.Warnings.Single().ToString().Should().Be("a: strange.");
        errors.Count.Should().Be(1);
    }

    [Test]
    public void Beyond_a_thousand_errors_are_only_counted()
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
