import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The retry loop in the situations that a real Flow Service shows too rarely. Hours of waiting take no time. */
final class FlowServiceTest {
  private static FlowMock mock;

  private FlowMock.Sandbox sandbox;

  @BeforeAll
  static void startMock(@TempDir Path folder) throws Exception {
    mock = new FlowMock(folder);
  }

  @AfterAll
  static void stopMock() throws Exception {
    if (mock != null) {
      mock.end();
    }
  }

  @BeforeEach
  void leaseSandbox() throws Exception {
    sandbox = mock.sandbox();
    sandbox.control("PUT", "/clock", """
        {"frozen": true}""");
    sandbox.control("PUT", "/runs", """
        {"runs": [{"id": "orders-1", "state": "failed"}]}""");
  }

  @AfterEach
  void nothingIsLeftOver() throws Exception {
    JsonObject leftOver = sandbox.end();
    leftOver.remove("inProgress");
    assertEquals("""
        {"outcomes":[],"faults":[],"runs":[],"violations":[]}""", leftOver.toString());
  }

  @Test
  void twoFailuresThenSuccess() throws Exception {
    sandbox.control("PUT", "/runs/orders-1/script", """
        {"retries": ["failed", {"outcome": "failed", "durationMs": 600000},
                     {"outcome": "success", "durationMs": 1800000, "id": "good"}]}""");
    assertEquals("good", service().retryUntilSuccess("orders-1"));
    assertEquals(List.of(200, 200, 200), retries());
  }

  @Test
  void aRunThatAlwaysFailsIsGivenUp() throws Exception {
    sandbox.control("PUT", "/runs/orders-1/script", """
        {"retries": ["failed", "failed", "failed", "failed", "failed"]}""");
    assertFails(FlowService.GaveUp.class, "has failed, too", service(), "orders-1");
  }

  @Test
  void aShortOutageIsWaitedFor() throws Exception {
    sandbox.control("POST", "/faults", """
        {"type": "status", "attributes": {"status": 503}, "match": {"path": "/runs/*/action"}, "times": 2}""");
    service().retryUntilSuccess("orders-1");
    assertEquals(List.of(503, 503, 200), retries());
  }

  @Test
  void aLongOutageIsGivenUp() throws Exception {
    sandbox.control("POST", "/faults", """
        {"type": "status", "attributes": {"status": 503}}""");
    assertFails(FlowService.GaveUp.class, "overloaded", service(), "orders-1");
    assertEquals(List.of(503, 503, 503, 503, 503), retries());
  }

  @Test
  void retryAfterIsRespected() throws Exception {
    sandbox.control("POST", "/faults", """
        {"type": "status", "attributes": {"status": 429, "retryAfterS": 40},
         "match": {"path": "/runs/*/action"}, "times": 2}""");
    service().retryUntilSuccess("orders-1");
    JsonObject counted = sandbox.control("GET", "/requests/count?operation=retry_run", "");
    assertEquals(40_000, counted.get("shortestGapMs").getAsInt());
  }

  @Test
  void aTokenThatExpiresIsRenewed() throws Exception {
    sandbox.control("PUT", "/runs/orders-1/script", """
        {"retries": [{"outcome": "failed", "durationMs": 90000000}, "success"]}""");
    sandbox.headers.put("Authorization", "Bearer " + newToken());
    service().retryUntilSuccess("orders-1");
    assertEquals(1, statuses("status=401").size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"success", "in-progress"})
  void whatMayNotBeRetriedIsRefusedOnce(String state) throws Exception {
    sandbox.control("PUT", "/runs", """
        {"runs": [{"id": "orders-2", "state": "%s"}]}""".formatted(state));
    sandbox.control("POST", "/expectations", """
        {"clauses": ["retry/state/refused"]}""");
    assertFails(FlowService.Refused.class, "FLOW-1387-400", service(), "orders-2");
    assertEquals(List.of(400), retries());
  }

  @Test
  void aRetryWithoutAnAnswerIsNotSentAgain() throws Exception {
    sandbox.control("POST", "/faults", """
        {"type": "reset", "at": "answer", "match": {"path": "/runs/*/action"}, "times": 1}""");
    assertFails(FlowService.Refused.class, "no answer", service(), "orders-1");
    assertEquals(1, retries().size());
  }

  @Test
  void nothingIsSentToAServerWhoseCertificateIsNotTrusted() throws Exception {
    sandbox.control("PUT", "/runs", """
        {"runs": []}""");
    assertFails(FlowService.Refused.class, "unable to find valid certification path",
        service(HttpClient.newHttpClient()), "orders-1");
    assertEquals(List.of(), retries());
  }

  private FlowService service() {
    return service(mock.client);
  }

  /** What the application sleeps moves the sandbox's clock. */
  private FlowService service(HttpClient client) {
    return new FlowService(client, mock.url, sandbox.headers, this::newToken,
        duration -> sandbox.control("PUT", "/clock", """
            {"advanceMs": %d}""".formatted(duration.toMillis())));
  }

  private String newToken() throws IOException, InterruptedException {
    String form = "grant_type=client_credentials&client_secret=secret&scope=openid,AdobeID&client_id=" + sandbox.apiKey;
    HttpRequest request = HttpRequest.newBuilder(URI.create(mock.url + "/ims/token/v3"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(BodyPublishers.ofString(form))
        .build();
    String answer = mock.client.send(request, BodyHandlers.ofString()).body();
    return JsonParser.parseString(answer).getAsJsonObject().get("access_token").getAsString();
  }

  private static void assertFails(
      Class<? extends Exception> kind, String message, FlowService service, String run) {
    Exception error = assertThrows(kind, () -> service.retryUntilSuccess(run));
    assertTrue(error.getMessage().contains(message), error.getMessage());
  }

  private List<Integer> retries() throws InterruptedException {
    return statuses("operation=retry_run");
  }

  /** The statuses of the answers to the application's requests that pass the filter. */
  private List<Integer> statuses(String filter) throws InterruptedException {
    List<Integer> statuses = new ArrayList<>();
    for (JsonElement request : sandbox.control("GET", "/requests?" + filter, "").getAsJsonArray("requests")) {
      statuses.add(request.getAsJsonObject().get("status").getAsInt());
    }
    return statuses;
  }
}
