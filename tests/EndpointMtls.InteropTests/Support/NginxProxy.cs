using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.Support;

/// <summary>NGINX, which terminates TLS in front of a plaintext backend.</summary>
internal static class NginxProxy
{
    /// <param name="folder">Its folder.</param>
    /// <param name="backend">The address of the backend.</param>
    /// <param name="tls">Its certificate and key.</param>
    /// <param name="directives">More directives of the server.</param>
    public static Task<ProxyProcess> StartAsync(TempFolder folder, string backend, TlsOptions tls, string directives = "") =>
        ProxyProcess.StartAsync("nginx", port => ["-p", folder[""], "-c", folder.Write("nginx.conf", $$"""
        daemon off;
        pid nginx.pid;
        error_log stderr;
        worker_processes 2;
        events {}
        http {
          access_log off;
          client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
          server {
            listen 127.0.0.1:{{port}} ssl http2;
            ssl_certificate {{tls.CertFile}};
            ssl_certificate_key {{tls.KeyFile}};
            ssl_protocols TLSv1.2 TLSv1.3;
            {{directives}}
            location / { grpc_pass grpc://{{backend}}; }
          }
        }
        """)]);
}
