using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>Parsing of the responses of <c>grpc.health.v1</c>, given as bytes.</summary>
public sealed class HealthCheckResponseTests : EndpointSetFixture
{
    private const string? Healthy = null;
    private const string Unknown = "UNKNOWN";
    private const string NotServing = "NOT_SERVING";
    private const string Malformed = "malformed";

    [TestCase("08 01", TestName = "{m}(nothing else)")]
    [TestCase("10 96 01 08 01", TestName = "{m}(a varint)")]
    [TestCase("11 FF FF FF FF FF FF FF FF 08 01", TestName = "{m}(a 64-bit field)")]
    [TestCase("12 04 08 02 08 02 08 01", TestName = "{m}(a length-delimited field)")]
    [TestCase("12 00 08 01", TestName = "{m}(an empty length-delimited field)")]
    [TestCase("15 FF FF FF FF 08 01", TestName = "{m}(a 32-bit field)")]
    [TestCase("13 08 02 14 08 01", TestName = "{m}(a group)")]
    [TestCase("13 1B 08 02 1C 14 08 01", TestName = "{m}(a group in a group)")]
    [TestCase("0A 01 08 08 01", TestName = "{m}(field 1 of another wire type)")]
    [TestCase("F8 FF FF FF 0F 00 08 01", TestName = "{m}(the highest field number)")]
    public Task Reads_the_status_after(string response) => ProbeAsync(response, Healthy);

    [TestCase("10 08")]
    [TestCase("12 02 08 02")]
    [TestCase("13 08 02 14")]
    public Task Reads_the_status_before_other_fields(string others) => ProbeAsync("08 01" + others, Healthy);

    [TestCase("88 00 81 00", TestName = "{m}(more bytes than it needs)")]
    [TestCase("08 81 80 80 80 80 80 80 80 80 00", TestName = "{m}(ten bytes)")]
    [TestCase("08 81 80 80 80 10", TestName = "{m}(more than 32 bits, of which the lowest 32 count)")]
    public Task Reads_a_status_of(string response) => ProbeAsync(response, Healthy);

    [TestCase("08 02 10 00 08 01", Healthy, TestName = "{m}(SERVING)")]
    [TestCase("08 01 10 00 08 02", NotServing, TestName = "{m}(NOT_SERVING)")]
    public Task Uses_the_last_status_of_several(string response, string? expectedError) => ProbeAsync(response, expectedError);

    [TestCase("")]
    [TestCase("10 01")]
    [TestCase("12 02 08 01")]
    [TestCase("13 08 01 14")]
    [TestCase("0A 02 08 01")]
    public Task A_response_without_a_status_means_UNKNOWN(string response) => ProbeAsync(response, Unknown);

    [TestCase("08 04")]
    [TestCase("08 81 01")]
    [TestCase("08 FF FF FF FF FF FF FF FF FF 01")]
    public Task A_status_that_grpc_health_v1_does_not_define_means_UNKNOWN(string response) => ProbeAsync(response, Unknown);

    [TestCase("08 01 08", TestName = "{m}(a tag without a value)")]
    [TestCase("08 01 10 80", TestName = "{m}(a truncated varint)")]
    [TestCase("08 01 80", TestName = "{m}(a truncated tag)")]
    [TestCase("08 81 80 80 80 80 80 80 80 80 80 00", TestName = "{m}(a varint of eleven bytes)")]
    [TestCase("08 01 11 00 00 00 00 00 00 00", TestName = "{m}(a truncated 64-bit field)")]
    [TestCase("08 01 15 00 00 00", TestName = "{m}(a truncated 32-bit field)")]
    [TestCase("08 01 12 03 00 00", TestName = "{m}(a length beyond the end)")]
    [TestCase("08 01 12 FF FF FF FF FF FF FF FF FF 01", TestName = "{m}(a length of 64 bits)")]
    [TestCase("08 01 00 01", TestName = "{m}(field number 0)")]
    [TestCase("08 01 88 80 80 80 10 01", TestName = "{m}(a field number of more than 29 bits)")]
    [TestCase("08 01 13 10 01", TestName = "{m}(a group without an end)")]
    [TestCase("08 01 13 1C", TestName = "{m}(a group with the end of another)")]
    [TestCase("08 01 14", TestName = "{m}(an end without a group)")]
    [TestCase("08 01 16", TestName = "{m}(wire type 6)")]
    [TestCase("08 01 17", TestName = "{m}(wire type 7)")]
    public Task Rejects_a_response_with(string response) => ProbeAsync(response, Malformed);

    [Test]
    public Task Skips_100_nested_groups() => ProbeAsync(AfterGroups(100), Healthy);

    [TestCase(101)]
    [TestCase(1_000_000)]
    public Task Rejects_more_nested_groups(int count) => ProbeAsync(AfterGroups(count), Malformed);

    [Test]
    public async Task Explains_a_malformed_response() => (await ProbeAsync("08", Malformed)).Should().BeApproved();

    private static byte[] AfterGroups(int count) => [.. Enumerable.Repeat<byte>(0x13, count), .. Enumerable.Repeat<byte>(0x14, count), 0x08, 0x01];

    private Task<string?> ProbeAsync(string response, string? expectedError) => ProbeAsync(Convert.FromHexString(response.Replace(" ", "")), expectedError);

    /// <param name="response">The message with which the server responds.</param>
    /// <param name="expectedError">A part of the expected error, or <see langword="null"/> if the endpoint is expected to be healthy.</param>
    private async Task<string?> ProbeAsync(byte[] response, string? expectedError)
    {
        await using var server = await RawHealthServer.StartAsync(response);
        Start(Realm("a", server.Address));

        var set = await Until(set => set.Endpoints is [{ Health: not EndpointHealth.Unknown }]);

        if (expectedError is null)
            set.Endpoints[0].LastError.Should().BeNull();
        else
            set.Endpoints[0].LastError.Should().StartWith($"Endpoint '{server.Address}' of realm 'a': ").And.Contain(expectedError);
        return set.Endpoints[0].LastError;
    }
}
