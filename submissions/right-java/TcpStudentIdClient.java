import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Answers the server's question with a line of standard input. */
public class TcpStudentIdClient {
    public static void main(String[] args) {
        String host = args.length > 0 ? args[0] : "127.0.0.1";
        int port = args.length > 1 ? Integer.parseInt(args[1]) : 5001;
        try (Socket socket = new Socket(host, port)) {
            BufferedReader in = new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String question = in.readLine();
            if (question == null) {
                System.err.println("The server asked nothing");
                System.exit(1);
            }
            System.out.println(question);
            BufferedReader keyboard = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            String id = keyboard.readLine();
            if (id == null) {
                System.err.println("No student ID was typed in");
                System.exit(1);
            }
            socket.getOutputStream().write((id + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            System.err.println("The connection broke: " + e.getMessage());
            System.exit(1);
        }
    }
}
