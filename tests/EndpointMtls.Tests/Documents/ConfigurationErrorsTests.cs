using System.Globalization;
using EndpointMtls.Documents;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Options;

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

    [Test]
    public void Shows_the_first_twenty_errors_in_messages_and_logs()
    {
        var errors = Create(300);

        var exception = Assert.Catch<OptionsValidationException>(() => errors.Throw("Too late. "))!;

        exception.Failures.Should().HaveCount(300);
        exception.Message.Should().BeApproved();
        errors.ToString().Should().StartWith("0: wrong. Fix it. 1: ").And.EndWith(" 19: wrong. Fix it. … and 280 more.");
        errors.ToStringWithoutFixes().Should().StartWith("0: wrong. 1: ").And.EndWith(" 19: wrong. … and 280 more.");
        Create(20).ToString().Should().EndWith("19: wrong. Fix it.");
    }

    [Test]
    public void Bounds_each_part_of_an_error()
    {
        var text = new string('x', 5000);

        var line = new ConfigurationError(ErrorCode.InvalidValue, text, new SourceLocation(text, 1, 1), $"{text}\n", text).ToString();

        line.Should().MatchRegex("^x{599}…: x{599}…\\. x{599}…\\.$");
    }

    private static ConfigurationErrors Create(int count)
    {
        var errors = new ConfigurationErrors();
        for (var index = 0; index < count; index++)
        {
            errors.Add(ErrorCode.InvalidValue, index.ToString(CultureInfo.InvariantCulture), null, "wrong", "Fix it");
        }

        return errors;
    }
}
