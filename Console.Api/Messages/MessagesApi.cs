using System.ComponentModel;
using TestServers.Http;

namespace TestServers.Messages;

/// <summary>What one was told.</summary>
public static class MessagesApi
{
    /// <param name="UpTo">Up to this message; left out, all that there are.</param>
    public sealed record SeeMessages(long? UpTo = null);

    /// <param name="Unwanted">Of what one does not want to be told; of all else one is.</param>
    /// <param name="Unmailed">Of what else one is sent no e-mail; left out: as before.</param>
    public sealed record SetWants(IReadOnlyList<MessageKind> Unwanted, IReadOnlyList<MessageKind>? Unmailed = null);

    /// <param name="Wanted">Of what one is told.</param>
    /// <param name="Unwanted">Of what one does not want to be told.</param>
    /// <param name="Unmailed">Of what one is sent no e-mail, though one is told of it on the page.</param>
    /// <param name="Mail">Whether the console sends e-mail.</param>
    /// <param name="Address">Where one is sent e-mail; null: no address of one's own is known.</param>
    public sealed record Wants(
        IReadOnlyList<MessageKind> Wanted,
        IReadOnlyList<MessageKind> Unwanted,
        IReadOnlyList<MessageKind> Unmailed,
        bool Mail,
        EmailAddress? Address
    );

    public static IServiceCollection AddMessages(this IServiceCollection services) =>
        services
            .AddSingleton<IRetained>(provider => provider.GetRequiredService<MessageBook>())
            .AddBackground<Messenger>();

    public static void MapMessages(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Messages", "What one was told: one's own messages, and nobody else's.");
        calls
            .MapGet("/api/messages", List)
            .As("listMessages", Right.View, "One's own messages, newest first; ?unseen=true only those not seen yet");
        calls
            .MapPost("/api/messages/seen", SeeAll)
            .As("seeMessages", Right.View, "Say that one has seen one's messages: all, or up to one")
            .MayBeRepeated()
            .Example("""{ "upTo": 17 }""");
        calls
            .MapPost("/api/messages/{id}/seen", See)
            .As("seeMessage", Right.View, "Say that one has seen a message")
            .MayBeRepeated();
        calls.MapGet("/api/me/wants", ShowWants).As("showWants", Right.View, "Of what one is told, and of what not");
        calls
            .MapPut("/api/me/wants", ChangeWants)
            .As("setWants", Right.Person, "Choose of what one is told from now on")
            .MayBeRepeated()
            .Example("""{ "unwanted": ["newEnd"], "unmailed": ["buildSucceeded"] }""");
    }

    private static Cacheable<MessageList> List(
        [Description("Only those that one has not seen yet")] bool? unseen,
        HttpContext context,
        MessageBook book
    ) => Cacheable.Of(book.Of(Caller.Of(context).Name, unseen == true));

    private static Cacheable<Wants> ShowWants(
        HttpContext context,
        MessageBook book,
        People people,
        ConsoleSettings settings
    ) => Cacheable.Of(WantsOf(Caller.Of(context).Name, book, people, settings));

    private static async Task<Wants> ChangeWants(
        SetWants wants,
        HttpContext context,
        MessageBook book,
        People people,
        ConsoleSettings settings,
        Journal journal
    )
    {
        var person = Caller.Of(context).Name;
        if (person.Length == 0)
            throw Problem.Unauthorized("Say who you are first: at the top of the page, or by PUT api/me.");
        await journal.Do(act => book.SetUnwanted(act, person, wants.Unwanted, wants.Unmailed));
        return WantsOf(person, book, people, settings);
    }

    private static Wants WantsOf(string person, MessageBook book, People people, ConsoleSettings settings)
    {
        var unwanted = book.UnwantedBy(person);
        var all = Enum.GetValues<MessageKind>().ToLookup(unwanted.Contains);
        var mails = settings.Mail is not null;
        return new([.. all[false]], [.. all[true]], [.. book.UnmailedTo(person)], mails, people.AddressOf(person));
    }

    private static async Task<MessageList> SeeAll(
        SeeMessages? ask,
        HttpContext context,
        MessageBook book,
        Journal journal
    )
    {
        var person = Caller.Of(context).Name;
        await journal.Do(act => book.See(act, person, m => m.Id <= (ask?.UpTo ?? long.MaxValue)));
        return book.Of(person);
    }

    private static async Task<Message> See(
        [Description("The message's number")] long id,
        HttpContext context,
        MessageBook book,
        Journal journal
    )
    {
        var person = Caller.Of(context).Name;
        await journal.Do(act => book.See(act, person, m => m.Id == id));
        return book.Of(person).Messages.FirstOrDefault(m => m.Id == id)
            ?? throw Problem.NotFound(
                "message",
                $"You have no message {id}; old ones are removed. GET api/messages lists yours."
            );
    }
}
