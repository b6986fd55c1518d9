using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace TestServers.Access;

/// <summary>
/// Finds out who asks. Behind a web server (a Unix socket that only it can open): its user header, exactly one, which
/// begins a session; or that session's cookie, alone or with the credentials that it began with; or a bearer token. On
/// a loopback port, where anybody on the machine could send any header, a person names himself and the console says
/// that it is open.
/// </summary>
public sealed class Identity(
    RequestDelegate next,
    CurrentSettings settings,
    Sessions sessions,
    People people,
    PersonalTokens tokens,
    SignInRefusals refusals,
    TimeProvider clock
)
{
    /// <summary>The header that the web server sets, and removes when a client sends it.</summary>
    public const string UserHeader = "X-Remote-User";

    /// <summary>
    /// The groups of the user, with semicolons between them; likewise set by the web server, when it knows any.
    /// </summary>
    public const string GroupsHeader = "X-Remote-Groups";

    /// <summary>The user's e-mail address; likewise set by the web server, when it knows one.</summary>
    public const string AddressHeader = "X-Remote-Address";

    /// <summary>
    /// A digest of the credentials that the request came with, whether they were checked or not; likewise set by the
    /// web server.
    /// </summary>
    public const string CredentialsHeader = "X-Remote-Credentials";

    /// <summary>Holds the name that a person gave himself, URL-encoded, in open mode only.</summary>
    public const string NameCookie = "console-name";

    public Task InvokeAsync(HttpContext context)
    {
        var caller = Find(context);
        if (caller is null)
        {
            SessionCookie.Refuse(context);
            return Task.CompletedTask;
        }
        // Only what changes something is written down.
        if (!HttpMethods.IsGet(context.Request.Method))
            caller = caller with { Address = CallerAddress.Of(context, settings.Now) };
        caller.Enter(context);
        return next(context);
    }

    // Null: a session's cookie that is not believed.
    private Caller? Find(HttpContext context)
    {
        var authorization = context.Request.Headers[HeaderNames.Authorization];
        if (authorization.Count == 1 && authorization[0]!.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return Token(context, authorization[0]!["Bearer ".Length..].Trim());
        if (settings.Now.Listen.Socket is null)
            return SelfNamed(context);
        return context.Request.Headers.ContainsKey(UserHeader) ? User(context) : InSession(context);
    }

    private Caller Token(HttpContext context, string token)
    {
        // None of them comes from a web server that has signed nobody in.
        var headers = context.Request.Headers;
        if (headers.ContainsKey(UserHeader) || headers.ContainsKey(GroupsHeader) || headers.ContainsKey(AddressHeader))
            throw Problem.Unauthorized("Send a token or sign in, not both.");
        var hash = PersonalTokens.HashOf(token);
        var known = settings.Now.Tokens.FirstOrDefault(t =>
            CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(t.Sha256), Encoding.ASCII.GetBytes(hash))
        );
        if (known is not null)
            return new(known.Name, CallerKind.Token, known.May.ToHashSet(StringComparer.Ordinal))
            {
                Groups = people.Of(known.Name).Groups,
            };
        if (tokens.Find(hash) is { } own)
            return Personal(context, own);
        refusals.Note(SignInRefusal.Token, "A token that is not known was refused", context);
        throw Problem.Unauthorized(
            "The token is not known: it was ended, or is none. Make one on the page, under Tokens; those of cron are "
                + "in the settings."
        );
    }

    // What its person may no longer do it may not either; and who may not sign in has no token.
    private Caller Personal(HttpContext context, PersonalToken token)
    {
        var left = token.Until - clock.GetUtcNow();
        var fault =
            PersonName.FaultOf(token.Owner, settings.Now) is { } name ? $"its person's name {name}"
            : left <= TimeSpan.Zero ? $"its time was over at {Times.Say(token.Until)}"
            : null;
        if (fault is not null)
        {
            var what = $"The token {token.Name} of {token.Owner}";
            refusals.Note(SignInRefusal.Token, $"{what}, of which {fault}, was refused", context);
            throw Problem.Unauthorized($"{what} is not accepted: {fault}. Make another on the page, under Tokens.");
        }
        tokens.NoteUse(token, CallerAddress.Of(context, settings.Now));
        var standing = people.Of(token.Owner);
        return new(token.Owner, CallerKind.Token, token.MayOf(standing))
        {
            Role = standing.Role,
            Groups = standing.Groups,
            Token = token,
            Believed = left,
        };
    }

    private Caller User(HttpContext context)
    {
        var sent = context.Request.Headers[UserHeader];
        if (sent.Count > 1)
            throw Problem.Unauthorized($"The web server passed {sent.Count} users; a request is from one.");
        if (sent is not [{ Length: > 0 } spelling])
            throw NoUser();
        if (PersonName.FaultOf(spelling, settings.Now) is { } fault)
        {
            refusals.Note(SignInRefusal.Name, $"The user {spelling}, whose name {fault}, was refused", context);
            throw Problem.Unauthorized(
                $"The web server passed a user whose name {fault}. Ask the administrator for another name."
            );
        }
        var groups = context.Request.Headers[GroupsHeader];
        if (groups.Count > 1)
            throw Problem.Unauthorized($"The web server passed {groups.Count} lists of groups, and a person has one.");
        var address = context.Request.Headers[AddressHeader];
        if (address.Count > 1)
            throw Problem.Unauthorized(
                $"The web server passed {address.Count} e-mail addresses, and a person has one."
            );
        var name = settings.Now.People.NameOf(spelling);
        people.Note(name, groups.ToString(), address.ToString());
        var credentials = CredentialsOf(context.Request);
        if (SessionCookie.In(context.Request) is not [var cookie] || sessions.Find(cookie, credentials)?.User != name)
            SessionCookie.Set(context, sessions.Begin(name, credentials));
        return Person(name, Sessions.Longest);
    }

    private Caller? InSession(HttpContext context) =>
        SessionCookie.In(context.Request) switch
        {
            [] when IsForMonitoring(context.Request.Path) || IsHook(context.Request) => Nobody,
            [] => throw NoUser(),
            [var cookie] => sessions.Find(cookie, CredentialsOf(context.Request)) is var (user, left)
                ? Person(user, left)
                : null,
            _ => null,
        };

    private static string CredentialsOf(HttpRequest request) => request.Headers[CredentialsHeader].ToString();

    private Caller SelfNamed(HttpContext context) =>
        context.Request.Cookies[NameCookie] is { } name && PersonName.FaultOf(name, settings.Now) is null
            ? SelfNamed(settings.Now.People.NameOf(name), people)
            : Nobody;

    /// <summary>Somebody who has named themselves, where the console is open.</summary>
    internal static Caller SelfNamed(string name, People people) =>
        Caller.Person(name, CallerKind.Open, people.Of(name));

    private Caller Person(string name, TimeSpan believed) =>
        Caller.Person(name, CallerKind.User, people.Of(name)) with
        {
            Believed = believed,
        };

    private static Problem NoUser() =>
        Problem.Unauthorized("The web server passed no user. Sign in there, or send a bearer token.");

    private static readonly Caller Nobody = new("", CallerKind.Nobody, new HashSet<string>(StringComparer.Ordinal));

    // It says by a signature of its own from whom it comes.
    private static bool IsHook(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && request.Path.StartsWithSegments("/api/hooks", StringComparison.Ordinal);

    // Health and metrics tell nothing about anybody; monitoring asks for them without a name.
    private static bool IsForMonitoring(PathString path) => path == "/healthz" || path == "/metrics";
}
