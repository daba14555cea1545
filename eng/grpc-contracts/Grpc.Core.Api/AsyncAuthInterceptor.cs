namespace Grpc.Core;

/// <summary>Adds the headers that authorize a call.</summary>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);
