using System.CommandLine;
using EndpointMtls.Scale;

var endpoints = new Option<int>("--endpoints") { Description = "How many endpoints.", DefaultValueFactory = _ => 5000 };
var realms = new Option<int>("--realms") { Description = "How many realms they are in, each with a CA of its own.", DefaultValueFactory = _ => 50 };
var seconds = new Option<int>("--seconds") { Description = "How long to watch the steady state.", DefaultValueFactory = _ => 30 };
var plaintext = new Option<bool>("--plaintext") { Description = "No TLS, to see what that costs." };
var serve = new Option<bool>("--serve") { Description = "Be the server; the run starts it by itself.", Hidden = true };

var command = new RootCommand("Discovers many endpoints from files, probes them, and tells what that costs. Prints figures of this machine; only their order of magnitude means anything elsewhere.")
{
    endpoints, realms, seconds, plaintext, serve,
};
command.SetAction(async (result, cancellation) =>
{
    var scale = new Scale(result.GetValue(endpoints), result.GetValue(realms), TimeSpan.FromSeconds(result.GetValue(seconds)), result.GetValue(plaintext));
    if (result.GetValue(serve))
        await ScaleServer.RunAsync(scale, cancellation);
    else
        await ScaleRun.RunAsync(scale, cancellation);
});
return await command.Parse(args).InvokeAsync();
