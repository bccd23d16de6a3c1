import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Sends a text and reads until all of it is back. */
public class TcpEchoClient {
    public static void main(String[] args) {
        String host = args.length > 0 ? args[0] : "127.0.0.1";
        int port = args.length > 1 ? Integer.parseInt(args[1]) : 50007;
        byte[] message = "Hello, world".getBytes(StandardCharsets.UTF_8);
        try (Socket socket = new Socket(host, port)) {
            socket.getOutputStream().write(message);
            // readNBytes reads until so many bytes are there, or the server has ended.
            byte[] echo = socket.getInputStream().readNBytes(message.length);
            if (echo.length < message.length) {
                System.err.println("The server ended after " + echo.length + " bytes");
                System.exit(1);
            }
            System.out.println("Received: " + new String(echo, StandardCharsets.UTF_8));
        } catch (IOException e) {
            System.err.println("No echo: " + e.getMessage());
            System.exit(1);
        }
    }
}
