import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;

/**
 * Starts Amazon's DynamoDB Local on 127.0.0.1. Its own main class always listens on every interface, and doesn't report
 * when it is ready. Run as a source file: `java -cp DynamoDBLocal.jar dynamodb-local.java ...`.
 */
class DynamoDbLocal {
  public static void main(String[] arguments) throws Exception {
    var proxy = ServerRunner.createServerFromCommandLineArgs(arguments);
    var field = proxy.getClass().getDeclaredField("server");
    field.setAccessible(true);
    var connector = (ServerConnector) ((Server) field.get(proxy)).getConnectors()[0];
    connector.setHost("127.0.0.1");
    proxy.start();
    System.out.println("listening on http://127.0.0.1:" + connector.getLocalPort());
    proxy.join();
  }
}
