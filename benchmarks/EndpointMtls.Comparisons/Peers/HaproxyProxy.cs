namespace EndpointMtls.Comparisons.Peers;

/// <summary>HAProxy as a proxy to one destination; README.md explains the configuration.</summary>
internal static class HaproxyProxy
{
    public static async Task<ProxyProcess> StartAsync(Target target, CancellationToken cancellation)
    {
        var tool = Tool.Find("haproxy");

        // "HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/", and more lines.
        var version = $"haproxy {(await tool.RunAsync("-v", cancellation)).Split(' ')[2].Split('-')[0]}";
        var folder = Directory.CreateDirectory(Path.Combine(target.Folder, "haproxy")).FullName;
        return await ProxyProcess.StartAsync(version, tool, Configure, cancellation);

        string[] Configure(int port)
        {
            // HAProxy reads the certificate, its chain and its key from one file.
            var identity = Path.Combine(folder, "identity.pem");
            File.WriteAllText(identity, File.ReadAllText(target.CertFile) + File.ReadAllText(target.KeyFile));
            var file = Path.Combine(folder, "haproxy.cfg");
            File.WriteAllText(file, Write(target, identity, port));
            return ["-db", "-f", file];
        }
    }

    private static string Write(Target target, string identity, int port) => $"""
        global
          nbthread {Environment.ProcessorCount}
          maxconn 4096
          tune.h2.max-concurrent-streams 1024

        defaults
          mode http
          no log
          http-reuse always
          option http-no-delay
          timeout connect 10s
          timeout client 1h
          timeout server 1h
          timeout http-request 1h
          timeout http-keep-alive 1h

        listen proxy
          bind 127.0.0.1:{port} proto h2
          http-request set-uri https://%[req.hdr(host)]%[pathq]
          server server 127.0.0.1:{target.TlsPort} ssl alpn h2 ssl-min-ver TLSv1.3 verify required ca-file "{target.CaFile}" crt "{identity}" sni str({ProxyProcess.ServerName}) verifyhost {ProxyProcess.ServerName} no-ssl-reuse max-reuse -1 pool-purge-delay 1h

        """;
}
