using System.Runtime.CompilerServices;
using EndpointMtls.Serving;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Serving;

/// <summary>A closed connection leaves no memory in use.</summary>
public sealed class ConnectionLeakTests : LifetimeFixture
{
    private readonly List<WeakReference> _handshakes = [];

    [Test]
    public async Task Closed_connections_are_garbage_collected()
    {
        (Options.MaxConnectionAge, Options.CloseOnRotation) = (TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        await StartAsync(
            listen =>
            {
                listen.UseEndpointMtls(Options);
                listen.Use(next => connection =>
                {
                    Remember(connection);
                    return next(connection);
                });
            },
            services => services.AddSingleton<TimeProvider>(Time).AddEndpointMtls());
        for (var i = 0; i < 20; i++)
        {
            var client = await CallOnceAsync();
            await Scheduled(1);
            await client.DisposeAsync();
            await Server.Closed(i + 1);
        }

        // The fake clock references running timers, so this also shows that none is left.
        _handshakes.Should().HaveCount(20);
        await Until(() =>
        {
            GC.Collect();
            return !_handshakes.Exists(handshake => handshake.IsAlive);
        });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Remember(ConnectionContext connection)
    {
        lock (_handshakes)
        {
            _handshakes.Add(new WeakReference(connection.Features.GetRequiredFeature<ServerHandshake>()));
        }
    }
}
