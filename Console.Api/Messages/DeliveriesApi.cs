using TestServers.Http;
using TestServers.Webhooks;

namespace TestServers.Messages;

/// <summary>What webhooks were told, and people by e-mail.</summary>
public static class DeliveriesApi
{
    /// <param name="Deliveries">All that wait, and the last that have ended; newest first.</param>
    public sealed record DeliveryList(IReadOnlyList<Delivery> Deliveries);

    public static void MapDeliveries(this IEndpointRouteBuilder routes) =>
        routes
            .MapCalls("Messages", "What one was told: one's own messages, and nobody else's.")
            .MapGet("/api/deliveries", List)
            .As(
                "listDeliveries",
                Right.Administer,
                "What was sent to webhooks and by e-mail, with the answers; newest first"
            );

    private static Cacheable<DeliveryList> List(Deliveries deliveries) =>
        Cacheable.Of(new DeliveryList(deliveries.All));
}
