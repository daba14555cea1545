namespace EndpointMtls.Comparisons.Peers;

/// <summary>NGINX as a proxy to one destination; README.md explains the configuration.</summary>
internal static class NginxProxy
{
    public static async Task<ProxyProcess> StartAsync(Target target, CancellationToken cancellation)
    {
        var tool = Tool.Find("nginx");

        // "nginx version: nginx/1.22.1", with a suffix of the distribution.
        var version = $"nginx {(await tool.RunAsync("-v", cancellation)).Split('/')[^1].Split(' ')[0]}";
        var folder = Directory.CreateDirectory(Path.Combine(target.Folder, "nginx")).FullName;
        return await ProxyProcess.StartAsync(version, tool, Configure, cancellation);

        string[] Configure(int port)
        {
            var file = Path.Combine(folder, "nginx.conf");
            File.WriteAllText(file, Write(target, folder, port));
            return ["-e", "stderr", "-p", folder, "-c", file];
        }
    }

    private static string Write(Target target, string folder, int port) => $$"""
        # Only root may set the user of the workers, which must read this folder.
        {{(Environment.IsPrivilegedProcess ? "user root root;" : "")}}
        daemon off;
        worker_processes {{Environment.ProcessorCount}};
        pid "{{folder}}/nginx.pid";
        error_log stderr crit;
        events { worker_connections 4096; }
        http {
          access_log off;
          client_body_temp_path "{{folder}}/body";
          proxy_temp_path "{{folder}}/proxy";
          fastcgi_temp_path "{{folder}}/fastcgi";
          uwsgi_temp_path "{{folder}}/uwsgi";
          scgi_temp_path "{{folder}}/scgi";

          upstream server {
            server 127.0.0.1:{{target.TlsPort}} max_fails=0;
            keepalive 256;
            keepalive_requests 1000000000;
            keepalive_time 24h;
            keepalive_timeout 1h;
          }

          server {
            listen 127.0.0.1:{{port}} http2;
            http2_max_concurrent_streams 1024;
            keepalive_requests 1000000000;
            keepalive_time 24h;
            keepalive_timeout 1h;
            client_max_body_size 0;
            client_body_timeout 1h;
            send_timeout 1h;

            location / {
              grpc_pass grpcs://server;
              grpc_read_timeout 1h;
              grpc_send_timeout 1h;
              grpc_socket_keepalive on;
              grpc_next_upstream off;
              grpc_buffer_size 16k;
              grpc_ssl_protocols TLSv1.3;
              grpc_ssl_certificate "{{target.CertFile}}";
              grpc_ssl_certificate_key "{{target.KeyFile}}";
              grpc_ssl_trusted_certificate "{{target.CaFile}}";
              grpc_ssl_verify on;
              grpc_ssl_verify_depth 5;
              grpc_ssl_server_name on;
              grpc_ssl_name {{ProxyProcess.ServerName}};
              grpc_ssl_session_reuse off;
            }
          }
        }
        """;
}
