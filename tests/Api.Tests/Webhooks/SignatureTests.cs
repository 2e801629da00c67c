using StandardWebhooks;

namespace PieService.Api.Tests.Webhooks;

/// <summary>The library that signs messages, tested with the vector of the libraries of the specification.</summary>
public sealed class SignatureTests
{
    [Fact]
    public void A_signature_is_that_of_the_specification() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        new StandardWebhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            .Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330),
                """{"test": 2432232314}"""));
}
